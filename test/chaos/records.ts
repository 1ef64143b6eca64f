import type { CredentialRecord, DeliveryRecord, Records, ResetRecord, UserRecord } from './evidence.js';
import type { OwnPostgres } from './servers.js';

/** The final database. */
export async function recordsOf(postgres: OwnPostgres): Promise<Records> {
  const [users, resets, credentials, deliveries] = await Promise.all([
    postgres.query<UserRecord>('select practice_id as practice, id, username, email from users'),
    postgres.query<ResetRecord>(
      `select practice_id as practice, id, user_id as "userId", credential_id as "credentialId", channel, state,
         requested_at as "requestedAt", sent_at as "sentAt", used_at as "usedAt", completed_at as "completedAt" from password_resets`,
    ),
    postgres.query<CredentialRecord>(
      `select practice_id as practice, c.id, c.user_id as "userId", c.state,
         coalesce(c.expires_at <= now() + make_interval(secs => clock.offset_seconds), false) as "ranOut"
       from credentials c, clock`,
    ),
    postgres.query<DeliveryRecord>(
      `select d.practice_id as practice, d.id, d.template, d.user_id as "userId", d.reset_id as "resetId",
         d.credential_id as "credentialId", d.recipient, d.state,
         array(select a.outcome from delivery_attempts a
           where a.practice_id = d.practice_id and a.delivery_id = d.id order by a.number) as attempts
       from deliveries d`,
    ),
  ]);
  return { users, resets, credentials, deliveries };
}
