import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Problem } from '#runtime';
import type { Request } from './caller.js';

/** Files that one process holds at a time, from the first byte to the answer: each is some tens of megabytes … */
const MOST = 6;
/** … and those of one practice, which leaves room for others. */
const MOST_OF_A_PRACTICE = 3;
const RETRY_AFTER_SECONDS = 3;

/** Bounds what uploads cost in memory, also those whose last byte never comes. */
@Injectable()
export class CsvPlaces {
  readonly #taken = new Map<IncomingMessage, string>();

  /** Each request is answered, be it to nobody; not before its work is over, which a client who leaves does not end. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, _reply, _payload, done) => {
      this.#taken.delete(request.raw);
      done();
    });
  }

  /** Asked before anything is read. @throws Problem `overloaded` */
  take({ raw, user }: Request): void {
    if (!user) throw new Error('Files are taken behind @Requires');
    const ofPractice = [...this.#taken.values()].filter((practiceId) => practiceId === user.practiceId);
    if (this.#taken.size >= MOST || ofPractice.length >= MOST_OF_A_PRACTICE) {
      throw Problem.of('overloaded').retryAfter(RETRY_AFTER_SECONDS);
    }
    this.#taken.set(raw, user.practiceId);
  }
}
