interface ProblemEntry {
  readonly status: number;
  readonly title: string;
  /** What to do next, where the place that throws has nothing better to say. */
  readonly detail: string;
}

/** Every problem an answer may carry (RFC 9457). A code is never renamed; its status never changes. */
export const PROBLEMS = {
  malformed_body: {
    status: 400,
    title: 'The body is not valid JSON',
    detail: 'Send a JSON object in UTF-8 with Content-Type application/json.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not signed in',
    detail: 'Sign in again: the session is missing, has ended, or was ended.',
  },
  invalid_credentials: {
    status: 401,
    title: 'Practice ID, username or password is wrong',
    detail:
      'Check all three. If you are locked out, use Reset password, or ask an administrator of your practice.',
  },
  forbidden: {
    status: 403,
    title: 'Not permitted',
    detail: 'Your roles do not permit this. An administrator of your practice can change them.',
  },
  password_change_required: {
    status: 403,
    title: 'Set your own password first',
    detail: 'This session was opened with a temporary password: send PUT /api/v1/me/password.',
  },
  reauthentication_required: {
    status: 403,
    title: 'Confirm your password first',
    detail: 'Send POST /api/v1/sessions/current/reauthentication, then repeat the call.',
  },
  grant_exceeds_own: {
    status: 403,
    title: 'You cannot grant what you lack',
    detail: 'Ask an administrator who holds every permission of that role.',
  },
  cross_origin: {
    status: 403,
    title: 'The request came from another site',
    detail: 'Requests that use the session cookie must come from the origin in PUBLIC_URL.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing here, or it is not part of your practice.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'The Allow header names the methods of this address.',
  },
  username_taken: {
    status: 409,
    title: 'That username is taken in this practice',
    detail: 'Choose another username.',
  },
  role_key_taken: {
    status: 409,
    title: 'There is a role with that key',
    detail: 'Choose another key, or change the role that has it.',
  },
  role_in_use: {
    status: 409,
    title: 'The role is still in use',
    detail: 'Take the role from its users, then delete it.',
  },
  last_administrator: {
    status: 409,
    title: 'A practice keeps at least one administrator',
    detail: 'Designate another administrator, let them set their own password, then repeat the call.',
  },
  user_deactivated: {
    status: 409,
    title: 'The user is deactivated',
    detail: 'Activate the user first (PATCH with status active).',
  },
  own_account: {
    status: 409,
    title: 'Not for your own account',
    detail: 'Change your own password under My account, or ask another administrator.',
  },
  already_signed_in: {
    status: 409,
    title: 'The user has already signed in',
    detail: 'Reset the password instead of sending the welcome again.',
  },
  delivery_final: {
    status: 409,
    title: 'The delivery has ended',
    detail: 'Start a new reset or send the welcome again.',
  },
  support_grant_refused: {
    status: 409,
    title: 'Customer service cannot open this account',
    detail: 'Ask an administrator of the practice.',
  },
  support_grant_ended: {
    status: 409,
    title: 'The support grant has ended',
    detail: 'It was cancelled, has run out, or its reset has been started already: see the log of resets.',
  },
  audit_retention_refused: {
    status: 409,
    title: 'How the audit trail is kept cannot be changed so',
    detail: 'Read GET /api/v1/audit-retention: somebody may have changed it meanwhile.',
  },
  not_running: {
    status: 409,
    title: 'Not possible in this state',
    detail: 'What has ended cannot be paused, resumed or cancelled; only what is paused can be resumed.',
  },
  bulk_reset_under_way: {
    status: 409,
    title: 'A bulk reset of this practice is under way',
    detail: 'Wait until it has ended, or cancel it: also one that is paused.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The same request is being carried out',
    detail: 'Repeat it with the same Idempotency-Key in a moment.',
  },
  stale: {
    status: 412,
    title: 'Changed by somebody else meanwhile',
    detail: 'Read it again and repeat the change with the new ETag.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    detail: 'Send less: the limit of this call is in the API description.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send application/json.',
  },
  validation_failed: {
    status: 422,
    title: 'The request is not as described',
    detail: 'Correct the fields named under errors.',
  },
  ticket_invalid: {
    status: 422,
    title: 'The question has expired or was already answered',
    detail: 'Start again from Reset password.',
  },
  password_rejected: {
    status: 422,
    title: 'That password cannot be used',
    detail: 'Choose another: the reasons are under errors.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    detail: 'Use a new key for every new request.',
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Wait as long as Retry-After says.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'Try again; if it stays, give the request id to customer service.',
  },
  overloaded: {
    status: 503,
    title: 'Busy',
    detail: 'Try again as Retry-After says.',
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEMS;
