import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { validationProblem } from './validation.js';

const Body = z.strictObject({
  name: z.string().max(5),
  'a/b~c': z.number().optional(),
  people: z.array(z.strictObject({ age: z.int() })).optional(),
  code: z
    .string()
    .refine((text) => text === 'right', { error: 'is not right', params: { code: 'own_code' } }),
});

const faultsOf = (body: unknown) => {
  const { error } = Body.safeParse(body);
  return validationProblem(error?.issues ?? []).errors ?? [];
};

describe('a validation problem', () => {
  it('points at each field by RFC 6901, with a stable code', () => {
    expect(faultsOf({ name: 7, 'a/b~c': 'x', people: [{ age: 1 }, { age: 'x' }], code: 'right' })).toEqual([
      expect.objectContaining({ pointer: '/name', code: 'invalid_type' }),
      expect.objectContaining({ pointer: '/a~1b~0c', code: 'invalid_type' }),
      expect.objectContaining({ pointer: '/people/1/age', code: 'invalid_type' }),
    ]);
  });

  it('names every unknown field by itself', () => {
    expect(faultsOf({ name: 'x', code: 'right', extra: 1, people: [{ age: 1, more: 2 }] })).toEqual([
      { pointer: '/people/0/more', code: 'unknown_field', message: 'is not a field of this request' },
      { pointer: '/extra', code: 'unknown_field', message: 'is not a field of this request' },
    ]);
  });

  it('carries the code that a field gave itself', () => {
    expect(faultsOf({ name: 'x', code: 'wrong' })).toMatchObject([{ pointer: '/code', code: 'own_code' }]);
  });

  it('is bounded, however much is sent', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${index}`.padEnd(5_000), 1]));
    const errors = faultsOf({ ...many, name: 'x', code: 'right' });
    expect(errors).toHaveLength(50);
    expect(errors.every(({ pointer }) => pointer.length <= 101)).toBe(true);
  });

  it('never repeats a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (value) => {
        const told = faultsOf({ name: value, people: value, code: value }).map(({ message }) => message);
        expect(told.join(' ')).not.toContain(value);
      }),
    );
  });
});
