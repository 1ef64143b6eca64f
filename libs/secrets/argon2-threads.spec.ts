import { getActiveResourcesInfo } from 'node:process';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { Argon2Threads, unmatchablePhc } from './argon2-threads.js';

const open: Argon2Threads[] = [];
function start(size: number): Argon2Threads {
  const threads = new Argon2Threads(size);
  open.push(threads);
  return threads;
}

function activeThreads(): number {
  return getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker').length;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((threads) => threads.close()));
});

test('hashes are argon2id at the parameters of ASVS Appendix C and verify', async () => {
  const threads = start(1);
  const phc = await threads.hash('text');
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await threads.hash('text')).not.toBe(phc);
  expect(await threads.verify(phc, 'text')).toBe(true);
  expect(await threads.verify(phc, 'Text')).toBe(false);
});

test('the unmatchable hash is of the same shape and matches nothing', async () => {
  expect(unmatchablePhc()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await start(1).verify(unmatchablePhc(), '')).toBe(false);
});

test('work is served first come first served, and no thread starts before it is needed', async () => {
  const started = vi.spyOn(Worker.prototype, 'postMessage');
  const threads = start(1);
  expect(started).not.toHaveBeenCalled();
  const order: number[] = [];
  await Promise.all([0, 1, 2, 3].map((index) => threads.hash('x').then(() => order.push(index))));
  expect(order).toEqual([0, 1, 2, 3]);
  expect(new Set(started.mock.contexts).size).toBe(1);
});

test('as many run at once as there are threads, no more', async () => {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const threads = start(2);
  const work = Promise.all([1, 2, 3].map(() => threads.hash('x')));
  expect(posted).toHaveBeenCalledTimes(2);
  await work;
  expect(posted).toHaveBeenCalledTimes(3);
});

test('a malformed hash is an error of its caller only, and names no input', async () => {
  const threads = start(1);
  const [bad, good] = await Promise.allSettled([threads.verify('not a hash', 'my text'), threads.hash('x')]);
  expect(bad).toMatchObject({
    status: 'rejected',
    reason: expect.objectContaining({ message: expect.stringMatching(/^argon2 refused/) }),
  });
  expect(String(bad.status === 'rejected' && bad.reason)).not.toMatch(/my text|not a hash/);
  expect(good.status).toBe('fulfilled');
});

test('a thread that dies rejects its own job and is replaced for the rest', async () => {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const threads = start(1);
  const [lost, next] = [threads.hash('x'), threads.hash('y')];
  await (posted.mock.contexts[0] as Worker).terminate();
  await expect(lost).rejects.toThrow('ended during its work');
  expect(await next).toMatch(/^\$argon2id/);
  const idle = posted.mock.contexts[1] as Worker;
  await idle.terminate();
  expect(await threads.hash('z')).toMatch(/^\$argon2id/);
});

test('idle threads do not keep the process alive', async () => {
  const threads = start(2);
  const before = activeThreads();
  await Promise.all([threads.hash('x'), threads.hash('y')]);
  expect(activeThreads()).toBe(before);
});

test('closing rejects what waits and what comes later', async () => {
  const threads = start(1);
  const work = [threads.hash('x'), threads.hash('y')].map((job) =>
    job.catch((error: Error) => error.message),
  );
  await threads.close();
  expect(await Promise.all(work)).toEqual([
    'an argon2 thread ended during its work',
    'the argon2 threads were closed',
  ]);
  await expect(threads.hash('z')).rejects.toThrow('closed');
});

test('a pool without threads is refused', () => {
  expect(() => new Argon2Threads(0)).toThrow(RangeError);
  expect(() => new Argon2Threads(1.5)).toThrow(RangeError);
});
