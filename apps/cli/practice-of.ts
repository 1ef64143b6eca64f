import type { INestApplicationContext } from '@nestjs/common';
import { parsePracticeId } from '#contract';
import { Practices } from '#practices';
import { UsageError } from './usage-error.js';

/** The tenant of a Practice ID as somebody typed it. @throws UsageError */
export async function practiceOf(product: INestApplicationContext, typed: string): Promise<string> {
  const code = parsePracticeId(typed);
  const id = code && (await product.get(Practices).idOf(code));
  if (!id) throw new UsageError(`${typed} is not the Practice ID of a practice here`);
  return id;
}
