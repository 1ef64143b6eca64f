import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.js';

const read = (stream: EventStream): string => stream.read()?.toString() ?? '';

/** Data of the events in a text, read by the standard's rules (WHATWG HTML §9.2.6). */
function dataIn(text: string): string[] {
  const found: string[] = [];
  let data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith('data: ')) data.push(line.slice(6));
    if (line !== '' || data.length === 0) continue;
    found.push(data.join('\n'));
    data = [];
  }
  return found;
}

describe('a stream of events', () => {
  it('tells one event a state, whatever the values hold', () => {
    const breaking = fc.array(fc.constantFrom('\n', '\r', '\n\n', 'data: {}', 'event: x', ':', '\u2028'));
    const text = fc.oneof(
      fc.string(),
      breaking.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (state) => {
        const stream = new EventStream();
        stream.show(state, { final: false });
        expect(dataIn(read(stream)).map((data) => JSON.parse(data))).toEqual([state]);
      }),
    );
  });

  it('tells a state again only when it has changed', () => {
    const stream = new EventStream();
    for (const state of [1, 1, 2, 2, 1]) stream.show({ state }, { final: false });
    expect(dataIn(read(stream))).toEqual(['{"state":1}', '{"state":2}', '{"state":1}']);
  });

  it('tells the final state last, under an id by which a browser may say that it has seen it', () => {
    const stream = new EventStream();
    stream.show({ state: 1 }, { final: true });
    stream.show({ state: 2 }, { final: false });
    expect(read(stream)).toMatch(/id: final\ndata: \{"state":1\}\n\n$/);
  });

  it('keeps nothing for whoever does not read: they get what is true when they do', () => {
    const stream = new EventStream();
    const large = 'x'.repeat(20_000);
    for (let state = 0; state < 1_000; state += 1) stream.show({ state, large }, { final: false });
    expect(stream.readableLength).toBeLessThan(100_000);
    read(stream);
    stream.show({ state: 'newest', large }, { final: false });
    expect(dataIn(read(stream)).at(-1)).toContain('newest');
  });

  it('is given up when nothing has been read for a minute', () => {
    const stream = new EventStream();
    stream.show({ large: 'x'.repeat(100_000) }, { final: false });
    stream.beat(performance.now() + 59_000);
    expect(stream.destroyed).toBe(false);
    stream.beat(performance.now() + 61_000);
    expect(stream.destroyed).toBe(true);
  });
});
