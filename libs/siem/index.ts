// Carries every event of every trail to the receivers of a SIEM, as soon as it has been committed.
// Hides syslog and HTTP, which worker streams to which sink, and how far each practice's trail was taken.
// Promises: every event arrives at least once, those of a practice in the order of its chain, also after any
// kill; one sink that does not take its events keeps neither another nor the product waiting.
export { SiemModule, SiemWorkerModule } from './siem.module.js';
export { SinkPulse } from './sink-pulse.js';
export { SinkStreams } from './sink-streams.js';
