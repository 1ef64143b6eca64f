import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import type { Locale } from '#contract';
import { Database } from '#database';
import { type Actor, type ExpectedVersion, mustBeExpected, Problem, SYSTEM } from '#runtime';
import type { MailParts } from './mail-language.js';
import type { MessageKind } from './messages.js';
import { WordingRules } from './wording-rules.js';

/** Which wording: a kind of mail in one language. */
export interface WordingKey {
  kind: MessageKind;
  locale: Locale;
}

/** What a practice says instead of the product. */
export interface OwnWording extends MailParts {
  number: number;
  savedAt: Date;
  savedBy: string | null;
  /** Set when it failed as a mail was written: since then the built-in wording stands in for it. */
  failing: { since: Date; reason: string } | null;
}

interface Row extends MailParts {
  name: MessageKind;
  locale: Locale;
  number: number;
  saved_at: Date;
  saved_by: string | null;
  failing_since: Date | null;
  failing_reason: string | null;
}

const KEPT_VERSIONS = 50;
const CURRENT = `
  select w.name, w.locale, w.number, w.failing_since, w.failing_reason, v.subject, v.html, v.text, v.saved_at, v.saved_by
  from own_wordings w join own_wording_versions v using (practice_id, name, locale, number)
  where w.practice_id = current_practice()`;

/** A practice's own templates: what is in force for each mail and language, and what was before. */
@Injectable()
export class OwnWordings {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(WordingRules) private readonly rules: WordingRules,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  async list(): Promise<(WordingKey & OwnWording)[]> {
    const rows = await this.database.sql<Row>(`${CURRENT} order by w.name, w.locale`);
    return rows.map((row) => ({ kind: row.name, locale: row.locale, ...toWording(row) }));
  }

  async find({ kind, locale }: WordingKey): Promise<OwnWording | null> {
    const [row] = await this.database.sql<Row>(`${CURRENT} and w.name = $1 and w.locale = $2`, [
      kind,
      locale,
    ]);
    return row ? toWording(row) : null;
  }

  /** Newest first. */
  async versions({ kind, locale }: WordingKey): Promise<OwnWording[]> {
    const rows = await this.database.sql<Row>(
      `select v.*, null as failing_since, null as failing_reason from own_wording_versions v
       where v.practice_id = current_practice() and v.name = $1 and v.locale = $2 order by v.number desc`,
      [kind, locale],
    );
    return rows.map(toWording);
  }

  /** @throws Problem `validation_failed`, `stale` */
  async save(
    actor: Actor,
    key: WordingKey,
    parts: MailParts,
    expectedVersion: ExpectedVersion,
  ): Promise<OwnWording> {
    return this.#put(actor, key, { parts, expectedVersion, action: 'template.changed' });
  }

  /** Puts an earlier version in force, as a new one. @throws Problem `not_found`, `validation_failed`, `stale` */
  async restore(
    actor: Actor,
    key: WordingKey,
    number: number,
    expectedVersion: ExpectedVersion,
  ): Promise<OwnWording> {
    const earlier = (await this.versions(key)).find((version) => version.number === number);
    if (!earlier) throw Problem.of('not_found');
    return this.#put(actor, key, { parts: earlier, expectedVersion, action: 'template.restored' });
  }

  /** The built-in wording again; the versions stay, and can be restored. @throws Problem `stale` */
  async remove(actor: Actor, key: WordingKey, expectedVersion: ExpectedVersion): Promise<void> {
    await this.#hold();
    const before = await this.find(key);
    mustBeExpected(before?.number ?? 0, expectedVersion);
    if (!before) return;
    await this.database.sql(
      'delete from own_wordings where practice_id = current_practice() and name = $1 and locale = $2',
      [key.kind, key.locale],
    );
    this.#record('template.removed', actor, key, { before: before.number, after: null });
  }

  /** Refuses what a template must not hold. @throws Problem `validation_failed` */
  async mustBeAllowed({ kind, locale }: WordingKey, parts: MailParts): Promise<void> {
    const faults = await this.rules.faultsOf(this.database.practiceId, kind, locale, parts);
    if (faults.length === 0) faults.push(...(await this.#practiceIdIn(parts)));
    if (faults.length > 0) throw Problem.of('validation_failed').at(...faults);
  }

  /** Notes that it failed, once: until it is saved again the built-in wording takes its place. */
  async flag(key: WordingKey, number: number, reason: string): Promise<void> {
    const flagged = await this.database.sql(
      `update own_wordings set failing_since = app_now(), failing_reason = $4
       where practice_id = current_practice() and name = $1 and locale = $2 and number = $3
         and failing_since is null returning 1`,
      [key.kind, key.locale, number, reason],
    );
    if (flagged.length > 0) this.#record('template.failed', SYSTEM, key, { version: number, reason });
  }

  async #put(
    actor: Actor,
    key: WordingKey,
    {
      parts,
      expectedVersion,
      action,
    }: {
      parts: MailParts;
      expectedVersion: ExpectedVersion;
      action: 'template.changed' | 'template.restored';
    },
  ): Promise<OwnWording> {
    await this.mustBeAllowed(key, parts);
    await this.#hold();
    const before = await this.find(key);
    mustBeExpected(before?.number ?? 0, expectedVersion);
    if (before && !before.failing && sameParts(before, parts)) return before;
    const number = await this.#insert(actor, key, parts);
    this.#record(action, actor, key, { before: before?.number ?? null, after: number });
    const saved = await this.find(key);
    if (!saved) throw new Error('A wording that was just saved is not there');
    return saved;
  }

  async #insert(actor: Actor, { kind, locale }: WordingKey, parts: MailParts): Promise<number> {
    const [row] = await this.database.sql<{ number: number }>(
      `with version as (
         insert into own_wording_versions (practice_id, name, locale, number, subject, html, text, saved_at, saved_by)
         select current_practice(), $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, app_now(), $6
         from own_wording_versions where practice_id = current_practice() and name = $1 and locale = $2
         returning practice_id, name, locale, number
       ), current as (
         insert into own_wordings (practice_id, name, locale, number) select * from version
         on conflict (practice_id, name, locale)
           do update set number = excluded.number, failing_since = null, failing_reason = null
       ), old as (
         delete from own_wording_versions o using version v where o.practice_id = v.practice_id and o.name = v.name
           and o.locale = v.locale and o.number <= v.number - ${KEPT_VERSIONS}
       ) select number from version`,
      [kind, locale, parts.subject, parts.html, parts.text, actor.id],
    );
    return row?.number ?? 0;
  }

  /** One change of wording at a time: versions are counted. */
  async #hold(): Promise<void> {
    await this.database.sql(
      'select 1 from practices where practice_id = current_practice() for no key update',
    );
  }

  /** Neither a credential nor a welcome may travel together with the Practice ID: that is half of a sign-in. */
  async #practiceIdIn(parts: MailParts) {
    const [practice] = await this.database.sql<{ code: string }>(
      'select code from practices where practice_id = current_practice()',
    );
    return (['subject', 'html', 'text'] as const)
      .filter((part) => practice && asTyped(parts[part]).includes(practice.code))
      .map((part) => ({
        pointer: `/${part}`,
        code: 'practice_id',
        message:
          'Leave out the Practice ID: whoever reads a stranger’s mail must not find all of a sign-in in it',
      }));
  }

  #record(
    action: AuditAction,
    actor: Actor,
    { kind, locale }: WordingKey,
    changes: Record<string, string | number | null>,
  ): void {
    this.trail.record({
      action,
      actor,
      target: { type: 'template', id: kind },
      changes: { locale, ...changes },
    });
  }
}

const sameParts = (one: MailParts, other: MailParts): boolean =>
  one.subject === other.subject && one.html === other.html && one.text === other.text;

/** What a reader sees without tags and comments, in the spelling that a Practice ID is compared in. */
const asTyped = (template: string): string =>
  template
    .replace(/<[^<>]*>|\{\{![^}]*\}\}/g, '')
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
    .toUpperCase()
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0');

function toWording(row: Row): OwnWording {
  const { subject, html, text, number } = row;
  const failing =
    row.failing_since === null ? null : { since: row.failing_since, reason: row.failing_reason ?? '' };
  return { subject, html, text, number, savedAt: row.saved_at, savedBy: row.saved_by, failing };
}
