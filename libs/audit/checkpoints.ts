import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { AuditKey } from '#secrets';
import { AuditKeys } from './audit-keys.js';
import { checkpointText, originOf, parseCheckpoint } from './checkpoint-text.js';
import { MerkleTree } from './merkle.js';

/** A rewritten stretch of a chain is found between two signatures: never more events than these lie there. */
const EVENTS_BETWEEN = 1_000;
const BATCH = 5_000;

interface Signed {
  size: number;
  note: string;
}

/** The stored trail does not go on from what was signed: no rewritten past gets a new signature. */
export class TrailBroken extends Error {
  override readonly name = 'TrailBroken';
}

/** Signs how far the trail of the running unit's practice has come. */
@Injectable()
export class Checkpoints {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
  ) {}

  /**
   * Signs what has been committed since the last time, at every thousandth event and at the last one.
   * @throws TrailBroken when events are missing, or the tree is not the one that was signed last.
   */
  async issue(): Promise<void> {
    const key = await this.keys.current();
    const tree = await this.#hold(key);
    const before = tree.size;
    const signed: Signed[] = [];
    for await (const { seq, hash } of this.#linksAfter(before)) {
      if (Number(seq) !== tree.size + 1) throw this.#broken(`event ${tree.size + 1} is missing`);
      tree.add(hash);
      if (tree.size % EVENTS_BETWEEN === 0) signed.push(this.#sign(key, tree));
    }
    if (tree.size === before) return;
    if (signed.at(-1)?.size !== tree.size) signed.push(this.#sign(key, tree));
    await this.#store(tree, signed);
  }

  /** What signs is sealed under the current root from now on. By the worker, in a unit of work of no practice. */
  sealKeyAnew(): Promise<void> {
    return this.keys.sealAnew();
  }

  /** The signed states of the practice, oldest first. */
  async list(): Promise<Signed[]> {
    const rows = await this.database.sql<{ size: string; note: string }>(
      'select size, note from audit_checkpoints where practice_id = current_practice() order by size',
    );
    return rows.map(({ size, note }) => ({ size: Number(size), note }));
  }

  #sign(key: AuditKey, { size, root }: MerkleTree): Signed {
    const origin = originOf(key.public.name, this.database.practiceId);
    return { size, note: key.sign(checkpointText({ origin, size, root })) };
  }

  /** The tree as it was signed last. Nobody else signs this practice until the transaction has ended. */
  async #hold(key: AuditKey): Promise<MerkleTree> {
    await this.database.sql(
      'insert into audit_trees (practice_id) values (current_practice()) on conflict do nothing',
    );
    const [row] = await this.database.sql<{ size: string; edge: Buffer }>(
      'select size, edge from audit_trees where practice_id = current_practice() for update',
    );
    const tree = MerkleTree.resume(Number(row?.size ?? 0), row?.edge ?? Buffer.alloc(0));
    // Not in the statement above, which may have waited: it would not see what it waited for. The last one, not
    // that of the tree's size: a tree that was taken back or away would be signed anew, with another past.
    const [last] = await this.database.sql<{ note: string }>(
      'select note from audit_checkpoints where practice_id = current_practice() order by size desc limit 1',
    );
    if (!last && tree.size === 0) return tree;
    const signed = parseCheckpoint(key.public.open(last?.note ?? '') ?? '');
    if (signed?.size === tree.size && signed.root.equals(tree.root)) return tree;
    throw this.#broken('the tree is not the one that was signed last');
  }

  #broken(how: string): TrailBroken {
    return new TrailBroken(`The trail of practice ${this.database.practiceId} cannot be signed: ${how}`);
  }

  async *#linksAfter(size: number): AsyncGenerator<{ seq: string; hash: Buffer }> {
    for (let after = size; ; ) {
      const rows = await this.database.sql<{ seq: string; hash: Buffer }>(
        `select seq, hash from audit_events
         where practice_id = current_practice() and seq > $1 order by seq limit ${BATCH}`,
        [after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return;
      after = Number(last.seq);
    }
  }

  async #store(tree: MerkleTree, signed: readonly Signed[]): Promise<void> {
    await this.database.sql(
      `with notes as (
         insert into audit_checkpoints (practice_id, size, note)
         select current_practice(), size, note from unnest($1::bigint[], $2::text[]) as n (size, note)
       ) update audit_trees set size = $3, edge = $4, root = $5, signed_at = app_now()
         where practice_id = current_practice()`,
      [signed.map(({ size }) => size), signed.map(({ note }) => note), tree.size, tree.edge, tree.root],
    );
  }
}
