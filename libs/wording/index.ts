// What mails say: their kinds and models, the product's wording in every language, a practice's own.
// Hides Handlebars, MJML's output, the rules a practice's templates must keep, and the threads they run in.
// Promises: a mail always says what it must; a practice's wording reaches nothing but its mail's own values,
// and one that fails costs nobody else a second.
export { BuiltInMails } from './built-in-mails.js';
export type { MailParts } from './mail-language.js';
export { MailWriter } from './mail-writer.js';
export {
  checkFacts,
  MESSAGE_KINDS,
  type MessageFacts,
  type MessageKind,
  type MessageModel,
  type MessageSecret,
} from './messages.js';
export { type OwnWording, OwnWordings, type WordingKey } from './own-wordings.js';
export { Renderer } from './renderer.js';
export { WordingModule } from './wording.module.js';
export { dutiesOf } from './wording-duties.js';
export { namesOf } from './wording-names.js';
export { WordingPreview } from './wording-preview.js';
