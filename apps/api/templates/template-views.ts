import { Inject, Injectable } from '@nestjs/common';
import {
  LOCALES,
  type Locale,
  type TemplateSummaryView,
  type TemplateVersionView,
  type TemplateView,
} from '#contract';
import { Practices } from '#practices';
import { Problem } from '#runtime';
import {
  BuiltInMails,
  dutiesOf,
  MESSAGE_KINDS,
  type MessageKind,
  namesOf,
  type OwnWording,
  OwnWordings,
  type WordingKey,
} from '#wording';

/** Templates as the API shows them. */
@Injectable()
export class TemplateViews {
  constructor(
    @Inject(BuiltInMails) private readonly mails: BuiltInMails,
    @Inject(OwnWordings) private readonly wordings: OwnWordings,
    @Inject(Practices) private readonly practices: Practices,
  ) {}

  /** In the practice's language where none is named. @throws Problem `not_found` */
  async keyOf(name: string, locale: Locale | undefined): Promise<WordingKey> {
    return { kind: kindOf(name), locale: locale ?? (await this.practices.current()).locale };
  }

  /** In every language where none is named. @throws Problem `not_found` */
  keysOf(name: string, locale: Locale | undefined): WordingKey[] {
    const kind = kindOf(name);
    return LOCALES.filter((one) => locale === undefined || one === locale).map((one) => ({
      kind,
      locale: one,
    }));
  }

  async list(): Promise<{ items: TemplateSummaryView[]; nextCursor: null }> {
    const own = await this.wordings.list();
    const items = (Object.keys(MESSAGE_KINDS) as MessageKind[]).flatMap((kind) =>
      LOCALES.map((locale) =>
        summary({ kind, locale }, own.find((one) => one.kind === kind && one.locale === locale) ?? null),
      ),
    );
    return { items, nextCursor: null };
  }

  view(key: WordingKey, own: OwnWording | null): TemplateView {
    const builtIn = this.mails.editable(key.kind, key.locale);
    const { subject, html, text } = own ?? builtIn;
    const { values, lists } = namesOf(key.kind);
    const required = dutiesOf(key.kind);
    return {
      ...summary(key, own),
      subject,
      html,
      text,
      builtIn,
      values: [...values].sort(),
      lists: [...lists].sort(),
      required: { lines: required.lines, values: [...required.values] },
    };
  }

  async versions(key: WordingKey): Promise<{ items: TemplateVersionView[]; nextCursor: null }> {
    const inForce = await this.wordings.find(key);
    const items = (await this.wordings.versions(key)).map(
      ({ number, savedAt, savedBy, subject, html, text }) => ({
        number,
        savedAt: savedAt.toISOString(),
        savedBy,
        inForce: number === inForce?.number,
        subject,
        html,
        text,
      }),
    );
    return { items, nextCursor: null };
  }
}

function kindOf(name: string): MessageKind {
  if (!Object.hasOwn(MESSAGE_KINDS, name)) throw Problem.of('not_found');
  return name as MessageKind;
}

function summary({ kind, locale }: WordingKey, own: OwnWording | null): TemplateSummaryView {
  const failing = own?.failing ?? null;
  return {
    name: kind,
    locale,
    description: MESSAGE_KINDS[kind],
    own: own !== null,
    updatedAt: own?.savedAt.toISOString() ?? null,
    failing: failing && { since: failing.since.toISOString(), reason: failing.reason },
  };
}
