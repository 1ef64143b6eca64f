import { Readable } from 'node:stream';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnModuleInit,
  StreamableFile,
} from '@nestjs/common';
import type * as z from 'zod';
import type { Permission } from '#contract';
import { Database } from '#database';
import { Logger, Problem, safeError } from '#runtime';
import { type Principal, Sessions } from '#users';
import type { Reply, Request } from './caller.js';
import { EventStream, FINAL_EVENT } from './event-stream.js';

/** With the time a look takes, well within the second in which a revocation must act. */
const LOOK_MILLISECONDS = 400;
const BEAT_MILLISECONDS = 15_000;
/** Practices looked at side by side, each on a connection of the pool. */
const AT_ONCE = 3;
/** As many as a browser opens to one host. */
const PER_SESSION = 6;
const PER_USER = 12;
const IN_THIS_PROCESS = 500;

/** One thing whose state somebody may follow. */
export interface Watched<S extends z.ZodType> {
  permission: Permission;
  /** What of the state is shown. */
  view: S;
  /** Inside the practice's transaction. @throws Problem for whoever may not, or no longer, see it */
  read(principal: Principal): Promise<z.infer<S>>;
  isFinal(state: z.infer<S>): boolean;
}

interface Open {
  stream: EventStream;
  principal: Pick<Principal, 'practiceId' | 'sessionId' | 'userId'>;
  watched: Watched<z.ZodType>;
}

/**
 * Open streams of this process. One look a practice, not one a stream: in a single transaction it asks whether
 * the sessions still stand, with today's rights, and reads what they watch. A session is not kept alive by it.
 * Nothing here listens to the database, so that the API may go through PgBouncer (decision 0017).
 */
@Injectable()
export class EventStreams implements OnModuleInit, BeforeApplicationShutdown {
  readonly #open = new Set<Open>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #beatAt = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** At the start, and not with a stream: a timer that a request begins would go on in its transaction. */
  onModuleInit(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, LOOK_MILLISECONDS).unref();
  }

  /**
   * Begins with the present state, within the request's own transaction. Undefined, for 204, when a browser
   * comes back to what has ended and was seen: it stops asking then.
   * @throws Problem of `read`, `too_many_attempts`, `overloaded`
   */
  async open<S extends z.ZodType>(
    request: Request,
    reply: Reply,
    watched: Watched<S>,
  ): Promise<StreamableFile | undefined> {
    const { user: principal } = request;
    if (!principal) throw new Error('Streams are behind @Requires');
    this.#mustHaveRoom(principal);
    const state = await watched.read(principal);
    const final = watched.isFinal(state);
    if (final && request.headers['last-event-id'] === FINAL_EVENT) {
      void reply.status(204);
      return undefined;
    }
    reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    const type = 'text/event-stream; charset=utf-8';
    if (request.method === 'HEAD') return new StreamableFile(Readable.from([]), { type });
    const stream = new EventStream();
    stream.show(watched.view.parse(state), { final });
    if (!final) this.#follow({ stream, principal, watched }, reply);
    return new StreamableFile(stream, { type });
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const { stream } of this.#open) stream.finish();
    this.#open.clear();
    await this.#looking;
  }

  #mustHaveRoom({ sessionId, userId }: Principal): void {
    if (this.#open.size >= IN_THIS_PROCESS) throw Problem.of('overloaded').retryAfter(5);
    const own = [...this.#open].filter(({ principal }) => principal.userId === userId);
    const ofSession = own.filter(({ principal }) => principal.sessionId === sessionId);
    if (ofSession.length < PER_SESSION && own.length < PER_USER) return;
    const detail = `A session may have ${PER_SESSION} streams open, and a person ${PER_USER}: close one.`;
    throw Problem.of('too_many_attempts', detail).retryAfter(5);
  }

  #follow(open: Open, reply: Reply): void {
    const end = () => {
      this.#open.delete(open);
      open.stream.destroy();
    };
    // Whoever left while their state was read: nothing tells of it any more.
    if (reply.raw.destroyed) return end();
    this.#open.add(open);
    // Also when the request failed after all, and its stream was never read.
    reply.raw.once('close', end);
    open.stream.once('close', end);
  }

  async #look(): Promise<void> {
    this.#beat();
    const practices = [...Map.groupBy(this.#open, ({ principal }) => principal.practiceId)];
    const take = async () => {
      for (let next = practices.pop(); next; next = practices.pop()) await this.#lookInto(...next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
  }

  #beat(): void {
    const now = performance.now();
    if (now - this.#beatAt < BEAT_MILLISECONDS) return;
    this.#beatAt = now;
    for (const { stream } of this.#open) stream.beat(now);
  }

  /** Where nobody can be asked whether a session stands, none does: the clients come back by themselves. */
  async #lookInto(practiceId: string, streams: readonly Open[]): Promise<void> {
    try {
      await this.database.inPractice(practiceId, async () => {
        const ids = new Set(streams.map(({ principal }) => principal.sessionId));
        const standing = await this.sessions.standing([...ids]);
        await Promise.all(streams.map((open) => showNext(open, standing.get(open.principal.sessionId))));
      });
    } catch (error) {
      this.log.warn(
        { err: safeError(error), streams: streams.length },
        'streams were ended: nothing to read',
      );
      for (const { stream } of streams) stream.finish();
    }
  }
}

async function showNext({ stream, watched }: Open, principal: Principal | undefined): Promise<void> {
  if (!principal?.rights.may(watched.permission)) return stream.finish();
  try {
    const state = await watched.read(principal);
    stream.show(watched.view.parse(state), { final: watched.isFinal(state) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    stream.finish();
  }
}
