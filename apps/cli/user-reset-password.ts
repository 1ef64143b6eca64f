import { Operators } from '#access';
import { canonicalUsername } from '#contract';
import { Database } from '#database';
import { SupportReset } from '#recovery';
import { Config } from '#runtime';
import { Users } from '#users';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { checkedReason, type ReasonedOptions } from './support.js';
import { WHOEVER_TYPES, withProduct } from './with-product.js';

/**
 * On a machine that is not in production and has no operators, whoever types may help somebody at once, to
 * the stored address. Everywhere else four eyes are needed, and this is no way around them.
 */
export async function userResetPassword(options: ReasonedOptions): Promise<void> {
  const reason = checkedReason(options.reason);
  const resetId = await withProduct(async (product) => {
    const { ever } = await product.get(Operators).known();
    if (ever || product.get(Config).production) {
      throw new Error(
        'A reset by customer service takes two operators: propose it with latchkey support grant. Is an administrator of the practice not locked out? They can do it at once.',
      );
    }
    const practiceId = await practiceOf(product, options.practice);
    return product.get(Database).inPractice(practiceId, async () => {
      const user = await product.get(Users).named(canonicalUsername(options.username));
      return product.get(SupportReset).start(WHOEVER_TYPES, user.id, reason);
    });
  });
  const words = `Reset ${resetId}: a temporary password goes to the address on file.`;
  shell().stdout.write(options.json ? `${JSON.stringify({ resetId })}\n` : `${words}\n`);
}
