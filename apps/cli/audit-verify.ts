import { AuditVerification, faultWords } from '#audit';
import { asOwner } from '#database';
import { type ActingOptions, whoActs } from './acting.js';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { inProduct, withInstallation } from './with-product.js';

/** Recomputes the chains of a running installation; status 1 when one is broken. */
export async function auditVerify(options: ActingOptions & { practice?: string }): Promise<void> {
  const results = await withInstallation((installation) =>
    inProduct(installation, async (product) => {
      await whoActs(product, options, 'auditor');
      const ids = options.practice
        ? [await practiceOf(product, options.practice)]
        : await everyPractice(installation.adminUrl);
      const verified = [];
      for (const practiceId of ids) {
        const found = await product.get(AuditVerification).verify(practiceId);
        const { publicKey: _, ...told } = found;
        verified.push({ practice: practiceId, ...told });
      }
      return verified;
    }),
  );
  const broken = results.filter(({ intact }) => !intact);
  const events = results.reduce((sum, result) => sum + result.events, 0);
  const words = [
    ...broken.map(({ practice, fault }) => `BROKEN ${practice}: ${fault ? faultWords(fault) : ''}`),
    `${results.length} chain(s), ${events} events, ${broken.length} broken`,
  ];
  shell().stdout.write(
    options.json ? `${JSON.stringify({ practices: results })}\n` : `${words.join('\n')}\n`,
  );
  if (broken.length > 0) shell().status = 1;
}

async function everyPractice(adminUrl: string | undefined): Promise<string[]> {
  if (!adminUrl) throw new UsageError('Name one with --practice, or set DATABASE_ADMIN_URL to verify all');
  const rows = await asOwner<{ id: string }>(adminUrl, 'select every_practice() as id');
  return rows.map(({ id }) => id);
}
