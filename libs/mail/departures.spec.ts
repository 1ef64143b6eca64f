import { describe, expect, it, vi } from 'vitest';
import { Departures } from './departures.js';
import { FairSlots } from './fair-slots.js';

const soon = 1_000;

describe('slots', () => {
  it('are never all one owner’s: somebody else always finds one', async () => {
    const slots = new FairSlots(8);
    for (let taken = 0; taken < 7; taken += 1) expect(await slots.take('one', soon)).toBe(true);
    expect(await slots.take('one', 1)).toBe(false);
    expect(await slots.take('other', 1)).toBe(true);
  });

  it('go to whoever has waited longest and may have one', async () => {
    const slots = new FairSlots(2);
    await slots.take('one', soon);
    await slots.take('other', soon);
    const order: string[] = [];
    const waiting = ['one', 'third', 'one'].map(async (owner, index) => {
      if (await slots.take(owner, soon)) order.push(`${owner}${index}`);
      slots.release(owner);
    });
    slots.release('other');
    await vi.waitFor(() => expect(order).toEqual(['third1']));
    slots.release('one');
    await Promise.all(waiting);
    expect(order).toEqual(['third1', 'one0', 'one2']);
  });

  it('are there even where there is only one', async () => {
    const slots = new FairSlots(1);
    expect(await slots.take('one', 1)).toBe(true);
    expect(await slots.take('other', 1)).toBe(false);
    slots.release('one');
    expect(await slots.take('other', 1)).toBe(true);
  });
});

describe('the window', () => {
  const depart = (departures: Departures, send: () => Promise<unknown>, mails: number) =>
    Promise.all(Array.from({ length: mails }, () => departures.depart('practice', send)));

  it('begins at two mails for each connection, and widens while connections are free', async () => {
    const departures = new Departures(4);
    expect(departures.window).toBe(8);
    for (let sent = 0; sent < 300; sent += 1) await departures.depart('practice', async () => 'sent');
    expect(departures.window).toBe(256);
    departures.startSlowly();
    expect(departures.window).toBe(8);
  });

  it('narrows again when mails wait for one another', async () => {
    const departures = new Departures(2);
    for (let sent = 0; sent < 40; sent += 1) await departures.depart('practice', async () => 'sent');
    const before = departures.window;
    await depart(departures, () => new Promise((resolve) => setTimeout(resolve, 30, 'sent')), 30);
    expect(departures.window).toBeLessThan(before);
  });

  it('leaves the connection to the next one when a send throws', async () => {
    const departures = new Departures(1);
    await expect(departures.depart('practice', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await departures.depart('practice', async () => 'sent')).toBe('sent');
  });
});
