import { newId } from '#runtime';
import type { Product } from './product.js';

/** Where the rows go, and what they are. */
export interface Wave {
  practiceId: string;
  userId: string;
  job: 'password-reset' | 'welcome-email' | 'notice';
  count: number;
  /** Recipients are `<prefix><number>@flood.example`. */
  prefix: string;
}

/**
 * As many mails of one practice as wanted, straight into the tables: what an import of many users posts. They
 * are notices of a password change, which need no credential of their own.
 */
export async function postWave({ database }: Product, wave: Wave): Promise<string[]> {
  const ids = Array.from({ length: wave.count }, () => newId());
  await database.query(
    `with wave as (select id, nth from unnest($3::uuid[]) with ordinality as one(id, nth)),
     posted as (
       insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, deadline_at)
       select $1, id, 'password-changed', $2, $4 || nth || '@flood.example', 'en', 'Europe/Madrid',
         jsonb_build_object('practiceName', 'Flood', 'displayName', 'Flo', 'consoleUrl', 'http://127.0.0.1:3000',
           'supportContact', 'help', 'administrators', '[]'::jsonb, 'at', 'now', 'sourceAddress', null),
         now() + interval '72 hours'
       from wave returning practice_id, id
     ) insert into outbox (practice_id, delivery_id, job) select practice_id, id, $5 from posted`,
    [wave.practiceId, wave.userId, ids, wave.prefix, wave.job],
  );
  return ids;
}
