// A message from "post" to "accepted by SMTP": outbox, relay, queue, lease, retry.
// Hides BullMQ and its two backends, and how attempts are spaced.
// Promises: what is posted commits with its cause; it is sent, or visibly not; a repeat is the identical
// mail; no credential is stored, queued or logged.
export { portionOf } from './bulk-portion.js';
export { BulkRelay } from './bulk-relay.js';
export { BulkWork, type NextStep } from './bulk-work.js';
export { Deliveries } from './deliveries.js';
export { DeliveryModule, DeliveryWorkerModule } from './delivery.module.js';
export { type Figure, InstallationFigures } from './installation-figures.js';
export { type IssuedSecret, MessageHandlers, type PostedDelivery } from './message-handlers.js';
export { Outbox, type Recipient } from './outbox.js';
export { PersonErasure } from './person-erasure.js';
export { migrateQueue } from './queue-backend.js';
export { probeQueue, type QueueFacts } from './queue-probe.js';
export { QueueWindow } from './queue-window.js';
export { Relay } from './relay.js';
export { TrialMails } from './trial-mails.js';
export { Undelivered } from './undelivered.js';
