import type { Evidence } from '../evidence.js';

/** A run in which everything went well: one reset by an administrator, one by an answer, one wrong answer. */
export function wellEnded(): Evidence {
  const operation = {
    practiceId: 'P1',
    by: null,
    startedAt: 1,
    askedAt: 1,
    endedAt: 2,
    attempts: 1,
    uncertain: false,
    gaveUp: false,
    credential: null,
  };
  const reset = { practice: 'p1', channel: 'administrator', completedAt: null };
  const times = { requestedAt: new Date(2), sentAt: new Date(3) };
  const mail = { at: 3, template: 'temporary-credential', subject: 'Hello', confirmed: true };
  const event = (state: string, id: string, changes = {}) => ({
    action: `password-reset.${state}`,
    actor: { type: 'user', id: 'u0' },
    target: { type: 'password-reset', id },
    changes,
  });
  const actOf = (id: string, action: string, target: { type: string; id: string }, changes = {}) => ({
    action,
    actor: { type: 'user', id },
    target,
    changes,
  });
  return {
    operations: [
      {
        ...operation,
        wish: 'administrator-reset',
        username: 'u1',
        by: 'u0',
        status: 202,
        resetId: 'r1',
        mustFail: null,
      },
      {
        ...operation,
        wish: 'self-service-reset',
        username: 'u2',
        status: 202,
        resetId: null,
        mustFail: null,
      },
      {
        ...operation,
        wish: 'self-service-reset',
        username: 'u3',
        status: 202,
        resetId: null,
        mustFail: 'the answer is wrong',
      },
      {
        ...operation,
        wish: 'forbidden-reset',
        username: 'u1',
        by: 'u3',
        status: 403,
        resetId: null,
        mustFail: 'staff resets nobody',
      },
      {
        ...operation,
        wish: 'temporary-sign-in',
        username: 'u2',
        startedAt: 4,
        endedAt: 5,
        status: 201,
        resetId: null,
        mustFail: null,
        credential: 'BBBBB',
      },
    ],
    journal: [
      { ...mail, to: 'u1@p1', deliveryId: 'd1', messageId: '<d1>', credential: 'AAAAA' },
      { ...mail, to: 'u1@p1', deliveryId: 'd1', messageId: '<d1>', credential: 'AAAAA', confirmed: false },
      { ...mail, to: 'u2@p1', deliveryId: 'd2', messageId: '<d2>', credential: 'BBBBB' },
    ],
    taken: new Set(['d1', 'd2']),
    records: {
      users: ['u0', 'u1', 'u2', 'u3'].map((id) => ({ practice: 'p1', id, username: id, email: `${id}@p1` })),
      resets: [
        { ...reset, ...times, id: 'r1', userId: 'u1', credentialId: 'c1', state: 'sent', usedAt: null },
        {
          ...reset,
          ...times,
          id: 'r2',
          userId: 'u2',
          credentialId: 'c2',
          state: 'used',
          usedAt: new Date(4),
          channel: 'self_service',
        },
      ],
      credentials: [
        { practice: 'p1', id: 'c1', userId: 'u1', state: 'live', ranOut: false },
        { practice: 'p1', id: 'c2', userId: 'u2', state: 'used', ranOut: false },
      ],
      deliveries: ['1', '2'].map((nth) => ({
        practice: 'p1',
        id: `d${nth}`,
        template: 'temporary-credential',
        userId: `u${nth}`,
        resetId: `r${nth}`,
        credentialId: `c${nth}`,
        recipient: `u${nth}@p1`,
        state: 'accepted',
        attempts: ['accepted'],
      })),
    },
    trails: [
      {
        practice: 'p1',
        intact: true,
        fault: null,
        events: [
          event('requested', 'r1', { userId: 'u1' }),
          event('sent', 'r1'),
          event('requested', 'r2'),
          event('sent', 'r2'),
          event('used', 'r2'),
          actOf('u2', 'session.created', { type: 'session', id: 's1' }, { restricted: true }),
          actOf('u3', 'access.denied', { type: 'user', id: 'u3' }, { count: 1 }),
          actOf('', 'security-answer.refused', { type: 'user', id: 'u3' }, { count: 1 }),
        ],
      },
    ],
    doubles: [],
    probes: [
      { what: 'newest-credential', username: 'u1', status: 201 },
      { what: 'spent-credential', username: 'u2', status: 401 },
    ],
    atRest: [],
    recovery: { boundSeconds: 60, neededSeconds: 3, undelivered: 0, unanswered: 0 },
    load: { due: 100, skipped: 0, restoredAt: 10 },
  };
}
