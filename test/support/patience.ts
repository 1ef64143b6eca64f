import { vi } from 'vitest';

const PATIENCE_MILLISECONDS = 60_000;

// A test that waits for something says what for; how long is no guarantee of the product but a matter of what else
// the machine does, so that here is one long time for all. What must be soon is measured by its test.
const { waitFor } = vi;
vi.waitFor = (check, options) =>
  waitFor(check, {
    interval: 50,
    ...(typeof options === 'object' ? options : {}),
    timeout: PATIENCE_MILLISECONDS,
  });
