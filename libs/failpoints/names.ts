/** Every step at which a fault may be planted: the walk of a mail, then that of large work, in order. A name is never changed. */
export const FAILPOINTS = {
  'migration.applied': 'The schema of the product is current, that of the queue is not yet',
  'request.carried-out': 'The work of a request is done and not yet committed',
  'request.committed': 'The work of a request has committed, the answer has not left',
  'answer.noted': 'The answer to a security question has been written down, the 202 has not left',
  'answer.carried-out': 'What follows from an answer has committed',
  'relay.claimed': 'Deliveries were claimed, and are in no queue',
  'relay.queued': 'Their jobs are in the queue',
  'delivery.leased': 'The lease is taken and the verifier written, not committed',
  'delivery.issued': 'Lease and verifier have committed, nothing was rendered',
  'mail.rendered': 'The mail is made, the mail server knows nothing of it',
  'mail.accepted': 'The mail server has said 250, nobody has written it down',
  'delivery.marked': 'The outcome is written, not committed',
  'delivery.settled': 'The outcome has committed, the job has not ended',
  'bulk.claimed': 'Steps of large work were claimed, and are in no queue',
  'bulk.queued': 'Their jobs are in the queue',
  'bulk.begun': 'An attempt at a step has been counted, nothing of the step was done',
  'bulk.stepped': 'The step is done and what follows is written down, not committed',
  'bulk.settled': 'The step has committed, its job has not ended',
} as const;

export type Failpoint = keyof typeof FAILPOINTS;
