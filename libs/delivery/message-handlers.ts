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

/** The part of deliveries that belongs to another domain; each call runs in their transaction. */
export interface MessageHandler {
  /** Before every attempt: secrets by delivery. One without withdraws its delivery: what it would carry is no longer valid. */
  prepare?(deliveries: readonly PostedDelivery[]): Promise<ReadonlyMap<string, IssuedSecret>>;
  /** Returns the deliveries about which the handler wrote events of its own; of others `delivery.accepted` tells. */
  accepted?(deliveries: readonly PostedDelivery[]): Promise<ReadonlySet<string>>;
  /** The delivery has ended without being accepted; `audited` when the handler wrote its own event. */
  failed?(delivery: PostedDelivery, reply: string): Promise<'audited' | 'plain'>;
}

/** For mails in which no other domain takes part. */
export const NOBODY: MessageHandler = {};

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
    return this.#handlers.get(kind) ?? NOBODY;
  }
}
