// Named steps at which a test may kill, stop or break a process.
// Hides what becomes of a step: nothing here; another module where Node runs with the tests' own condition.
// Promises: a product started without that condition holds no code that reads where it should fail.

export { FAILPOINTS, type Failpoint } from './names.js';
export { failpoint } from './unarmed.js';
