import { describe, expect, it } from 'vitest';
import { MESSAGE_KINDS, type MessageKind, modelOf } from './messages.js';
import { proofsOf } from './wording-proofs.js';

const KINDS = Object.keys(MESSAGE_KINDS) as MessageKind[];
const valuesOf = (kind: MessageKind, name: string) =>
  new Set(proofsOf(kind).map(({ plain }) => (plain as Record<string, unknown>)[name]));

describe('what a practice’s own wording is proved with', () => {
  it('is every case that a mail knows', () => {
    const changes = ['raised', 'requested', 'confirmed', 'cancelled', 'held', 'lifting', 'lifted'];
    expect(valuesOf('audit-keeping-changed', 'change')).toEqual(new Set(changes));
    expect(valuesOf('administrator-changed', 'change')).toEqual(new Set(['appointed', 'withdrawn']));
    expect(valuesOf('member-welcome', 'bySupport')).toEqual(new Set([false, true]));
    expect(valuesOf('password-changed', 'sourceAddress')).toEqual(
      new Set(['\u27E6sourceAddress\u27E7', null]),
    );
    expect(valuesOf('temporary-credential', 'askedBy')).toEqual(
      new Set([
        { kind: 'self_service' },
        { kind: 'administrator', name: '\u27E6askedBy.name\u27E7' },
        { kind: 'support' },
      ]),
    );
    expect(valuesOf('delivery-failed', 'others')).toEqual(new Set([[], ['\u27E6others\u27E7']]));
  });

  it.each(KINDS)('names everything that a %s can say, in few enough cases to be quick', (kind) => {
    const proofs = proofsOf(kind);
    for (const { plain } of proofs) expect(Object.keys(plain)).toEqual(Object.keys(modelOf(kind).shape));
    expect(proofs.length).toBeLessThanOrEqual(256);
  });
});
