import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { AuditKey, KeyRing } from '#secrets';

/** The installation's one signing key: made when it is first needed, and resealed after a rotation of the roots. */
@Injectable()
export class AuditKeys {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly ring: KeyRing,
  ) {}

  /** In a unit of work. @throws KeyRingError when its root is gone from the ring. */
  async current(): Promise<AuditKey> {
    const sealed = (await this.#stored()) ?? (await this.#make());
    const key = AuditKey.open(this.ring, sealed);
    if (AuditKey.isStale(this.ring, sealed)) {
      await this.database.sql('update audit_key set sealed = $1 where sealed = $2', [
        key.seal(this.ring),
        sealed,
      ]);
    }
    return key;
  }

  async #stored(): Promise<string | null> {
    const [row] = await this.database.sql<{ sealed: string }>('select sealed from audit_key');
    return row?.sealed ?? null;
  }

  /** Whoever comes second waits for the first and takes its key. */
  async #make(): Promise<string> {
    const sealed = AuditKey.generate().seal(this.ring);
    await this.database.sql('insert into audit_key (sealed) values ($1) on conflict do nothing', [sealed]);
    return (await this.#stored()) ?? sealed;
  }
}
