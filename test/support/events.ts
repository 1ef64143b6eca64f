import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';

/** A stream of events that a test reads while it is open. */
export interface Followed {
  status: number;
  headers: IncomingMessage['headers'];
  /** The states so far, oldest first. */
  states: Record<string, unknown>[];
  /** All that came, as it came. */
  text(): string;
  hasEnded(): boolean;
  /** Waits for a state; fails with those that came. */
  until(has: (state: Record<string, unknown>) => boolean, seconds?: number): Promise<void>;
  /** Waits for the other side to end it; tells after how many milliseconds. */
  end(seconds?: number): Promise<number>;
  close(): void;
}

/** Asks for an address and reads whatever comes until it is closed. */
export async function follow(
  app: NestFastifyApplication,
  path: string,
  headers: Record<string, string>,
): Promise<Followed> {
  const server = app.getHttpServer();
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers, agent: false }, resolve).on('error', reject).end();
  });
  let text = '';
  let endedAt = 0;
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    endedAt = performance.now();
  });
  const followed: Followed = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    get states() {
      return eventsIn(text);
    },
    text: () => text,
    hasEnded: () => endedAt > 0,
    until: (has, seconds = 8) =>
      vi.waitFor(
        () => {
          if (!followed.states.some(has)) throw new Error(`Not among the states: ${text}`);
        },
        { timeout: seconds * 1_000, interval: 20 },
      ),
    end: async (seconds = 5) => {
      const from = performance.now();
      await vi.waitFor(
        () => {
          if (endedAt === 0) throw new Error(`Still open: ${text}`);
        },
        { timeout: seconds * 1_000, interval: 10 },
      );
      return endedAt - from;
    },
    close: () => response.destroy(),
  };
  return followed;
}

/** The data of each event, read as a browser does (WHATWG HTML §9.2.6). */
function eventsIn(text: string): Record<string, unknown>[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const lines = block.split('\n').filter((line) => line.startsWith('data:'));
    return lines.length > 0 ? [JSON.parse(lines.map((line) => line.slice(6)).join('\n'))] : [];
  });
}

/** For supertest: of a stream only its beginning is read, and it is closed then; anything else is JSON. */
export function beginning(response: object, done: (error: Error | null, body: unknown) => void): void {
  const answer = response as IncomingMessage & { text: string };
  const streams = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
  answer.text = '';
  answer.on('error', () => undefined);
  answer.on('end', () => done(null, streams || answer.text === '' ? {} : JSON.parse(answer.text)));
  answer.on('data', (chunk: Buffer) => {
    answer.text += chunk.toString();
    if (!streams || !answer.text.includes('data:')) return;
    answer.destroy();
    done(null, {});
  });
}
