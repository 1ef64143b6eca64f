// Mail that comes back: the reports of other mail servers on what they had taken from us.
// Hides LMTP, RFC 3464 and how a return address names its delivery.
// Promises: what a mail server reports is noted once and shown; a report that we cannot prove to be about our
// own mail changes nothing.
export { BounceListener, LARGEST_REPORT_BYTES } from './bounce-listener.js';
export { Bounces } from './bounces.js';
export { BouncesModule, BouncesWorkerModule } from './bounces.module.js';
