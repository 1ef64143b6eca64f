import { AuditKeys } from '#audit';
import { Database } from '#database';
import { shell } from './shell.js';
import { withProduct } from './with-product.js';

/** Prints the key that auditors keep: before there is anything to hide, and where it cannot be exchanged. */
export async function auditKey(): Promise<void> {
  const key = await withProduct((product) =>
    product.get(Database).outsidePractice(() => product.get(AuditKeys).current()),
  );
  shell().stdout.write(key.public.pem);
}
