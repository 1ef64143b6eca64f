import * as z from 'zod';

/** `application/problem+json` (RFC 9457). */
export const ProblemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type ProblemView = z.infer<typeof ProblemView>;
