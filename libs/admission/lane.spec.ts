import { describe, expect, it } from 'vitest';
import { Lane } from './lane.js';

function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  return { opened, open };
}

describe('a lane', () => {
  it('runs no more at once than it has room for', async () => {
    const lane = new Lane(2);
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => lane.run(work, { known: false })));
    expect(most).toBe(2);
  });

  it('sheds with overloaded and Retry-After when its places are taken', async () => {
    const lane = new Lane(1);
    const { opened, open } = gate();
    const first = lane.run(() => opened, { known: false });
    const waiting = Array.from({ length: 64 }, () => lane.run(async () => 'done', { known: false }));
    await expect(lane.run(async () => 'late', { known: false })).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 2,
    });
    open();
    await first;
    expect(await Promise.all(waiting)).toHaveLength(64);
  });

  it('lets a known device in when strangers have filled it', async () => {
    const lane = new Lane(1);
    const { opened, open } = gate();
    const first = lane.run(() => opened, { known: false });
    const strangers = Array.from({ length: 64 }, () => lane.run(async () => 'stranger', { known: false }));
    const settled = Promise.allSettled(strangers);
    const known = lane.run(async () => 'known', { known: true });
    open();
    await first;
    expect(await known).toBe('known');
    const refused = (await settled).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
  });

  it('gives every second turn to a known device while one waits, and every turn to strangers otherwise', async () => {
    const lane = new Lane(1);
    const { opened, open } = gate();
    const first = lane.run(() => opened, { known: false });
    const order: string[] = [];
    const wait = (name: string, known: boolean) => lane.run(async () => void order.push(name), { known });
    const all = [
      ...['s1', 's2', 's3', 's4', 's5'].map((name) => wait(name, false)),
      ...['k1', 'k2'].map((name) => wait(name, true)),
    ];
    open();
    await Promise.all([first, ...all]);
    expect(order.slice(0, 4).filter((name) => name.startsWith('k'))).toHaveLength(2);
    expect(order.slice(0, 2).some((name) => name.startsWith('s'))).toBe(true);
    expect(order).toHaveLength(7);
    expect(order.filter((name) => name.startsWith('s'))).toEqual(['s1', 's2', 's3', 's4', 's5']);
  });

  it('gives up on who has waited half a second', async () => {
    const lane = new Lane(1);
    const { opened, open } = gate();
    const first = lane.run(() => opened, { known: false });
    await expect(lane.run(async () => 'late', { known: false })).rejects.toMatchObject({
      code: 'overloaded',
    });
    open();
    await first;
    expect(await lane.run(async () => 'next', { known: false })).toBe('next');
  });
});
