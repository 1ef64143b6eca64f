import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { KeyRing, sealDigestKeys, useDigestKeys } from '#secrets';

/**
 * Keeps the keys of digests with the installation, so that they outlive the roots of `LATCHKEY_KEYS`. A
 * decoy that changed at a rotation would tell that there is no account; counted guesses would be forgotten.
 */
@Injectable()
export class DigestKeys implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /** @throws Error when the root is missing that the kept keys are sealed under */
  async onModuleInit(): Promise<void> {
    await this.database.outsidePractice(async () => {
      // Whoever comes first decides for all, also when several processes start with different roots in front.
      await this.database.sql('insert into digest_keys (sealed) values ($1) on conflict do nothing', [
        sealDigestKeys(this.keys),
      ]);
      const [kept] = await this.database.sql<{ sealed: string }>('select sealed from digest_keys');
      const use = kept && useDigestKeys(this.keys, kept.sealed);
      if (!use) {
        throw new Error(
          'LATCHKEY_KEYS does not open what this installation has sealed: put a new root in front of the old ones, and do not take the place of them',
        );
      }
      if (use === 'seal again') {
        await this.database.sql('update digest_keys set sealed = $1', [sealDigestKeys(this.keys)]);
      }
    });
  }
}
