import type { Product } from '../support/product.js';

/** Runs one call of a function in the archivist's role, in one practice; returns the code that it was refused with. */
export async function archivistIn(
  { database }: Product,
  tenantId: string,
  call: string,
): Promise<string | null> {
  try {
    await database.query(
      `do $do$ begin
         perform set_config('app.practice', '${tenantId}', true); set local role latchkey_archivist;
         perform ${call};
       end $do$`,
    );
    return null;
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

/** What the archivist's last word is about the first entry of the trail, as if it stood in a file. */
export async function removalIn(product: Product, tenantId: string): Promise<string | null> {
  await product.database.query(
    `insert into audit_archives (practice_id, from_seq, to_seq, hash, edge, sha256)
     select practice_id, 1, 1, hash, '\\x00', 'of a file' from audit_events where practice_id = $1 and seq = 1
     on conflict do nothing`,
    [tenantId],
  );
  return archivistIn(product, tenantId, 'audit_remove(1)');
}
