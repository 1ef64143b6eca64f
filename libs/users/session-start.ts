import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail, nobody } from '#audit';
import { Practices } from '#practices';
import type { Actor, LimitState } from '#runtime';
import { KeyRing, newDeviceToken, type Secret } from '#secrets';
import type { Account, Proof } from './accounts.js';
import { Credentials } from './credentials.js';
import { KnownPassword } from './known-password.js';
import { type Claim, Proofs, type Proved } from './proofs.js';
import { type Principal, Sessions } from './sessions.js';

/** Who somebody says they are, and what session they want. */
export interface SignInAttempt extends Claim {
  transport: 'cookie' | 'bearer';
  userAgent: string | null;
}

export interface SignedIn<Seen> {
  principal: Principal;
  /** What its owner is shown of the session. */
  seen: Seen;
  token: Secret;
  /** Marks this device as one that its owner has signed in with; null when it already was. */
  newDeviceToken: Secret | null;
  limit: LimitState;
}

/** Opens the session that a proof entitles to, or notes the refusal: one transaction either way. */
@Injectable()
export class SessionStart {
  constructor(
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(KnownPassword) private readonly password: KnownPassword,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /** Null when nothing was proved, or when it stopped being true while the hash ran. */
  async finish<Seen>(
    actor: Actor,
    attempt: SignInAttempt,
    proved: Proved,
    see: (principal: Principal) => Promise<Seen>,
  ): Promise<SignedIn<Seen> | null> {
    const { account, proof, device, place } = proved;
    const opened = account && proof ? await this.#open(actor, account, proof, attempt) : null;
    if (account && opened) {
      return {
        ...opened,
        seen: await see(opened.principal),
        newDeviceToken: device ? null : newDeviceToken(this.keys, account.practiceId, account.userId),
        limit: this.proofs.forgive(proved),
      };
    }
    await this.trail.refuse({
      action: 'session.refused',
      actor,
      account: account?.userId ?? nobody(place.account),
      ...(account && { target: { type: 'user', id: account.userId } }),
    });
    return null;
  }

  async #open(
    actor: Actor,
    account: Account,
    proof: NonNullable<Proof>,
    attempt: SignInAttempt,
  ): Promise<Pick<SignedIn<never>, 'principal' | 'token'> | null> {
    const temporary = proof === 'temporary-credential' ? account.credential : null;
    const user: Actor = { ...actor, type: 'user', id: account.userId };
    const stillTrue = temporary
      ? await this.credentials.consume(user, temporary.credentialId)
      : await this.password.stillStands(account);
    if (!stillTrue) return null;
    const session = await this.sessions.open(actor, account, {
      transport: attempt.transport,
      userAgent: attempt.userAgent,
      restrictedTo: temporary?.credentialId ?? null,
    });
    this.trail.record({
      action: 'session.created',
      actor: user,
      target: { type: 'session', id: session.principal.sessionId },
      changes: { restricted: temporary !== null },
    });
    if (!temporary && account.practicePending) await this.practices.confirm(user);
    return session;
  }
}
