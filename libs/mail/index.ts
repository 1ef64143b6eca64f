// One finished mail to a mail server: MIME, SMTP routes and their breakers, the pace, how mail is running.
// Hides nodemailer, and which of several servers takes a mail.
// Promises: one Message-ID however often a mail is tried; a server that is away is left alone until a probe
// gets through; no practice takes every connection; no password of a server in an error.
export { Departures } from './departures.js';
export { maskAddress } from './email-address.js';
export { MailModule, MailWorkerModule } from './mail.module.js';
export { probeMailServer } from './mail-probe.js';
export { MailPulse } from './mail-pulse.js';
export { MailWatch } from './mail-watch.js';
export { Mailer, MailRefused, MailStopped } from './mailer.js';
