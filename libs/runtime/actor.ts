/** Who acts, and from where: an explicit argument of every audited act. */
export interface Actor {
  readonly type: 'user' | 'operator' | 'anonymous' | 'system';
  /** A user's id, an operator's name; null for anonymous and system. */
  readonly id: string | null;
  readonly sourceAddress: string | null;
  readonly requestId: string | null;
}

/** The product itself, acting on a timer or a queue. */
export const SYSTEM: Actor = { type: 'system', id: null, sourceAddress: null, requestId: null };
