/**
 * What has ended, in portions: the first that ends opens one, and all that end within the grace are in it. Those
 * that take longer than all the others hold none of them up, and quick ones stay together.
 */
export async function* asTheyEnd<T>(
  tasks: readonly Promise<T>[],
  graceMilliseconds: number,
): AsyncGenerator<T[]> {
  const ended: PromiseSettledResult<T>[] = [];
  let left = tasks.length;
  let news = Promise.withResolvers<void>();
  const all = Promise.allSettled(
    tasks.map(async (task) => {
      const [result] = await Promise.allSettled([task]);
      ended.push(result);
      news.resolve();
    }),
  );
  while (left > 0) {
    await news.promise;
    await either(all, graceMilliseconds);
    news = Promise.withResolvers<void>();
    const portion = ended.splice(0);
    left -= portion.length;
    yield portion.map(valueOf);
  }
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Until all have ended, and so long at most. */
async function either(all: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([all, late]);
  clearTimeout(timer);
}
