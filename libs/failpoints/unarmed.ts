import type { Failpoint } from './names.js';

/** A step that passes: what every process runs but those of a test. */
export function failpoint(_step: Failpoint): void {}
