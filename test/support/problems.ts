import type { Response } from 'supertest';
import { expect } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../libs/contract/index.js';

const FIELDS = ['code', 'detail', 'errors', 'requestId', 'status', 'title', 'type'];

/** The answer is exactly this problem, in RFC 9457's form, and gives nothing of the inside away. */
export function expectProblem(response: Response, status: number, code: ProblemCode): void {
  expect({ status: response.status, code: response.body.code, body: response.text }).toMatchObject({
    status,
    code,
  });
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(response.body).toMatchObject({ status, title: PROBLEMS[code].title });
  expect(response.body.type).toBeTypeOf('string');
  expect(response.body.detail).toMatch(/\S/);
  expect(response.body.requestId).toBe(response.headers['x-request-id']);
  expect(FIELDS).toEqual(expect.arrayContaining(Object.keys(response.body)));
  expect(response.text).not.toMatch(
    /:\d+:\d+\)|\b(?:select|insert|update) .+ (?:from|into|set) |node_modules|\.ts\b|\/work\//i,
  );
}

/** A 422 `validation_failed` whose first fault stands at `pointer`. */
export function expectFault(response: Response, pointer: string, code?: string): void {
  expectProblem(response, 422, 'validation_failed');
  expect(response.body.errors).toContainEqual({
    pointer,
    code: code ?? expect.any(String),
    message: expect.any(String),
  });
}

/** A 422 `password_rejected`; returns the reasons. */
export function rejectedFor(response: Response, pointer: string): string[] {
  expectProblem(response, 422, 'password_rejected');
  const errors = response.body.errors as { pointer: string; code: string }[];
  expect(errors.map((fault) => fault.pointer)).toEqual(errors.map(() => pointer));
  return errors.map((fault) => fault.code);
}
