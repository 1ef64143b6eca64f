// From the sources of the mails to what the worker loads: one structure (MJML, text), sentences per language,
// and out of them plain Handlebars in each language. Nothing of MJML is needed when a mail is sent.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mjml2html from 'mjml';

const FOLDER = import.meta.dirname;
const LOCALES = { en: { dir: 'ltr' }, es: { dir: 'ltr' } };
const CONTENT = '<!-- content -->';
/** Where a practice's own HTML goes: renderer.ts knows it too. */
const SLOT = '[[content]]';

const read = (path) => readFileSync(join(FOLDER, path), 'utf8');

/** Every mail in every language, and the samples that previews and proofs show them with. */
export async function compileMails() {
  const kinds = readdirSync(FOLDER).filter((name) => /^[a-z-]+$/.test(name));
  const samples = Object.fromEntries(kinds.map((kind) => [kind, JSON.parse(read(`${kind}/sample.json`))]));
  const locales = {};
  for (const locale of Object.keys(LOCALES)) locales[locale] = await inLanguage(locale, kinds);
  return { samples, locales };
}

async function inLanguage(locale, kinds) {
  const words = JSON.parse(read(`_words/${locale}.json`));
  const say = (path, kind) =>
    translate(read(path), { ...words.common, ...words[kind] }, `${path} in ${locale}`);
  const layout = say('_layout/layout.mjml');
  const footer = say('_layout/footer.text.hbs').trim();
  const page = (content) =>
    toHtml(
      layout.replace(CONTENT, () => content),
      locale,
    );
  const mails = {};
  for (const kind of kinds) {
    const content = say(`${kind}/html.mjml`, kind);
    mails[kind] = {
      subject: say(`${kind}/subject.hbs`, kind).trim(),
      html: await page(content),
      editableHtml: withoutMjml(content),
      text: say(`${kind}/text.hbs`, kind).trim(),
    };
  }
  const shell = { html: await page(`<mj-text css-class="body">${SLOT}</mj-text>`), footer };
  return { operator: words.common.operator, trial: words.common.trial, shell, mails };
}

/** Sentences are Handlebars themselves, so that a translator moves `{{displayName}}` to where it belongs. */
function translate(source, words, place) {
  return source.replace(/\{\{t "(\w+)"\}\}/g, (_, key) => {
    if (typeof words[key] !== 'string') throw new Error(`${place}: there is no sentence "${key}"`);
    return words[key];
  });
}

async function toHtml(mjml, locale) {
  const { dir } = LOCALES[locale];
  const document = mjml.replace('<mjml>', `<mjml lang="${locale}" dir="${dir}">`);
  // No fonts: MJML would fetch them from Google, and a mail fetches nothing.
  const { html } = await mjml2html(document, { fonts: {}, validationLevel: 'strict', keepComments: false });
  return html.replace(/^\s+/gm, '').trim();
}

/** The same content as a practice edits it: text needs no MJML, a table is one, a button is a link. */
function withoutMjml(content) {
  return content
    .replace(/<\/?mj-text>\n?/g, '')
    .replace(/<mj-table css-class="(\w+)">/g, '<table class="$1">')
    .replace(/<\/mj-table>/g, '</table>')
    .replace(/<mj-button href="([^"]+)">(.*?)<\/mj-button>/g, '<p><a href="$1">$2</a></p>')
    .replace(/^ {2}/gm, '')
    .trim();
}
