import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { AuditKey, KeyRing } from '#secrets';

/** The installation's one signing key: made when it is first needed, and sealed anew after a rotation of the roots. */
@Injectable()
export class AuditKeys {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly ring: KeyRing,
  ) {}

  /** In a unit of work. @throws KeyRingError when its root is gone from the ring. */
  async current(): Promise<AuditKey> {
    return AuditKey.open(this.ring, (await this.#stored()) ?? (await this.#make()));
  }

  /**
   * Seals a key that is there under the current root, in a unit of work of the worker's: nobody else may write it.
   * @throws KeyRingError when its root is gone from the ring.
   */
  async sealAnew(): Promise<void> {
    const sealed = await this.#stored();
    if (!sealed || !AuditKey.isStale(this.ring, sealed)) return;
    const again = AuditKey.open(this.ring, sealed).seal(this.ring);
    await this.database.sql('update audit_key set sealed = $1 where sealed = $2', [again, sealed]);
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
