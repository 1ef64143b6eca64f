import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from './history.js';

/** What came back; null when nothing did. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const PATIENCE_MILLISECONDS = 10_000;
const AGAIN_MILLISECONDS = 250;

/** Asks the API once. Null: no answer; `reached` says whether the request may have arrived. */
export async function ask(
  url: string,
  {
    method = 'POST',
    token,
    body,
    key,
  }: { method?: string; token?: string; body?: object; key?: string } = {},
): Promise<{ answer: Answer | null; reached: boolean }> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { 'idempotency-key': key }),
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') && text !== '';
    return { answer: { status: response.status, body: json ? JSON.parse(text) : {} }, reached: true };
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    return { answer: null, reached: code !== 'ECONNREFUSED' };
  }
}

/** Whether asking again may bring another answer. */
const isPassing = ({ status }: Answer): boolean => status === 409 || status === 429 || status >= 500;

/** Asks until there is an answer that stands, as a patient client does, and notes it. */
export async function persist(
  operation: Operation,
  attempt: () => Promise<{ answer: Answer | null; reached: boolean }>,
  giveUpAt: number,
): Promise<Answer | null> {
  for (;;) {
    operation.attempts += 1;
    operation.askedAt = Date.now();
    const { answer, reached } = await attempt();
    operation.endedAt = Date.now();
    if (answer) operation.status = answer.status;
    if (answer && !isPassing(answer)) return answer;
    // 503 also stands for a COMMIT whose answer was lost.
    operation.uncertain ||= reached && answer?.status !== 429;
    if (Date.now() > giveUpAt) {
      operation.gaveUp = true;
      return null;
    }
    await sleep(AGAIN_MILLISECONDS);
  }
}
