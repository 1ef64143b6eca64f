/**
 * What the embedded server runs with; durability settings (fsync, synchronous_commit) keep their safe defaults.
 * Its log tells faults to the operator and must hold no statement, parameter or row: those carry personal data.
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '100',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  // Terse leaves out DETAIL, which quotes the failing row and its key.
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};

/** The server's command-line arguments for its settings, `overrides` winning. @throws Error when a name is no setting's name. */
export function settingArguments(overrides: Record<string, string>): string[] {
  return Object.entries({ ...SETTINGS, ...overrides }).flatMap(([name, value]) => {
    if (!/^[a-z][a-z0-9_.]*$/.test(name)) {
      throw new Error(`not a server setting: ${name}`);
    }
    return ['-c', `${name}=${value}`];
  });
}
