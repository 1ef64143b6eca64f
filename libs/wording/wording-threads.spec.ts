import { afterEach, describe, expect, it } from 'vitest';
import { WordingFailed, WordingSlow, WordingThreads } from './wording-threads.js';

/** Writes nothing, or a fast machine would be out of memory before it is out of time. */
const ENDLESS = `${'{{#each @root.names}}'.repeat(30)}${'{{/each}}'.repeat(30)}`;
const GREEDY = `${'{{#each @root.names}}'.repeat(14)}${'x'.repeat(2_000)}${'{{/each}}'.repeat(14)}`;
const values = [{ plain: { names: ['a', 'b', 'c'], name: 'Ana' }, markup: { names: ['a'], name: 'Ana' } }];
const job = (practiceId: string, text: string) => ({
  practiceId,
  locale: 'en',
  source: { subject: 'Hello {{name}}', html: '<p>{{name}}</p>', text },
  values,
});

let threads: WordingThreads;
afterEach(() => threads.close());

describe('the threads that practices’ templates run in', () => {
  it('render a template for each of the values', async () => {
    threads = new WordingThreads();
    const mails = await threads.render({ ...job('a', '{{either names}}'), values: [...values, ...values] });
    const mail = { subject: 'Hello Ana', html: '<p>Ana</p>', text: 'a, b, or c\n' };
    expect(mails).toEqual([mail, mail]);
  });

  it('say which part failed, and go on', async () => {
    threads = new WordingThreads(1);
    await expect(threads.render(job('a', '{{nothing}}'))).rejects.toMatchObject({ part: 'text' });
    await expect(threads.render(job('a', '{{#if'))).rejects.toMatchObject({ part: 'text' });
    await expect(threads.render(job('a', 'fine'))).resolves.toHaveLength(1);
  });

  it.each([
    ['never ends', ENDLESS],
    ['takes all memory', GREEDY],
  ])('stop a template that %s, and what waits of the same, in one stroke', async (_, text) => {
    threads = new WordingThreads(1, 400);
    const startedAt = performance.now();
    const ended = await Promise.allSettled(Array.from({ length: 20 }, () => threads.render(job('a', text))));
    expect(ended.map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await expect(threads.render(job('a', 'fine'))).resolves.toHaveLength(1);
  });

  it('tell a template that took too long from what only waited behind it, and from one that takes all memory', async () => {
    threads = new WordingThreads(1, 2_000);
    await threads.render(job('a', 'warm'));
    const reasons = async (text: string) =>
      (await Promise.allSettled([1, 2].map(() => threads.render(job('a', text))))).map((ended) =>
        ended.status === 'rejected' ? ended.reason : null,
      );
    expect(await reasons(ENDLESS)).toEqual([new WordingSlow(true), new WordingSlow(false)]);
    const [greedy] = await reasons(GREEDY);
    expect(greedy).toBeInstanceOf(WordingFailed);
    expect(greedy).not.toBeInstanceOf(WordingSlow);
  });

  it('say of what waits or runs as they are ended only that it was not tried', async () => {
    threads = new WordingThreads(1, 60_000);
    await threads.render(job('a', 'warm'));
    const left = Promise.allSettled(
      [job('a', ENDLESS), job('a', 'x'), job('b', 'x')].map((one) => threads.render(one)),
    );
    await threads.close();
    await expect(threads.render(job('a', 'late'))).rejects.toMatchObject({ code: 'overloaded' });
    const codes = (await left).map((ended) => ended.status === 'rejected' && ended.reason.code);
    expect(codes).toEqual(Array(3).fill('overloaded'));
  });

  it('let practices take turns: whoever has much waiting holds nobody up', async () => {
    threads = new WordingThreads(1);
    const order: string[] = [];
    const note = (practiceId: string) => () => void order.push(practiceId);
    const flood = Array.from({ length: 50 }, () => threads.render(job('flood', 'x')).then(note('flood')));
    await Promise.all([...flood, threads.render(job('small', 'x')).then(note('small'))]);
    expect(order.indexOf('small')).toBeLessThan(3);
  });

  it('leave the other thread to the others while one practice’s template is endless', async () => {
    threads = new WordingThreads(2, 3_000);
    await Promise.all([threads.render(job('a', 'warm')), threads.render(job('b', 'warm'))]);
    const endless = Promise.allSettled(
      [ENDLESS, `${ENDLESS} `].map((text) => threads.render(job('a', text))),
    );
    const startedAt = performance.now();
    await threads.render(job('b', 'x'));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await threads.close();
    expect((await endless).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
