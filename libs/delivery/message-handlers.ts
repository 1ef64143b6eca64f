import { Injectable } from '@nestjs/common';
import type { Secret } from '#secrets';
import type { MessageKind } from '#wording';

/** What the domain that posted a message needs to know of it. */
export interface PostedDelivery {
  id: string;
  userId: string | null;
  resetId: string | null;
  credentialId: string | null;
}

/** What a secret kind brings to life for one attempt, in the worker's memory only. */
export interface IssuedSecret {
  credential: Secret;
  expiresAt: Date;
}

/** The part of a delivery that belongs to another domain; each call runs in the delivery's transaction. */
export interface MessageHandler {
  /** Before every attempt. Null withdraws the delivery: what it would carry is no longer valid. */
  prepare?(delivery: PostedDelivery): Promise<IssuedSecret | null>;
  /** `audited` when the handler wrote its own event; otherwise `delivery.accepted` is written. */
  accepted?(delivery: PostedDelivery, reply: string): Promise<'audited' | 'plain'>;
  /** The delivery has ended without being accepted; `audited` as above. */
  failed?(delivery: PostedDelivery, reply: string): Promise<'audited' | 'plain'>;
}

/**
 * Where domains above this one attach themselves to their message kinds: delivery ranks below them and
 * must not know them.
 */
@Injectable()
export class MessageHandlers {
  readonly #handlers = new Map<MessageKind, MessageHandler>();

  register(kind: MessageKind, handler: MessageHandler): void {
    if (this.#handlers.has(kind)) throw new Error(`${kind} has a handler already`);
    this.#handlers.set(kind, handler);
  }

  of(kind: MessageKind): MessageHandler {
    return this.#handlers.get(kind) ?? {};
  }
}
