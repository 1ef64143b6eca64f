/** Everything that decides whether a grant may be proposed, and whether it still holds later. */
export interface GrantFacts {
  /** The account stands and has the role: everybody else is helped by an administrator. */
  isAdministrator: boolean;
  /** While proposing: another administrator did lately. Afterwards: any administrator has, since then. */
  administratorSignedIn: boolean;
  /** Whoever changed the address may be whom the mail must not reach. */
  addressIsNew: boolean;
  /** Those who proposed and approved it have not been revoked. */
  operatorsStand: boolean;
}

/** Why a grant is refused or ends; the reason stands in the practice's trail. */
export interface Obstacle {
  reason: string;
  detail: string;
}

/** An administrator who has signed in within this time can help. */
export const SIGNED_IN_WITHIN_HOURS = 24;
/** An address younger than this takes no temporary password that customer service has started. */
export const ADDRESS_STANDS_DAYS = 7;

type Check = readonly [reason: string, passes: (facts: GrantFacts) => boolean, detail: string];

const CHECKS: readonly Check[] = [
  [
    'not-an-administrator',
    ({ isAdministrator }) => isAdministrator,
    'This user is not an active administrator of the practice. Others are helped by an administrator of theirs.',
  ],
  [
    'administrator-signed-in',
    ({ administratorSignedIn }) => !administratorSignedIn,
    'An administrator of this practice can sign in and is not locked out: they can reset the password, faster.',
  ],
  [
    'address-is-new',
    ({ addressIsNew }) => !addressIsNew,
    `The address of this user was changed within the last ${ADDRESS_STANDS_DAYS} days: a reset could reach whoever changed it.`,
  ],
  [
    'operator-revoked',
    ({ operatorsStand }) => operatorsStand,
    'An operator who proposed or approved this has been revoked.',
  ],
];

/** The first check that fails, or null when nothing stands in the way. */
export function obstacleOf(facts: GrantFacts): Obstacle | null {
  const failed = CHECKS.find(([, passes]) => !passes(facts));
  return failed ? { reason: failed[0], detail: failed[2] } : null;
}
