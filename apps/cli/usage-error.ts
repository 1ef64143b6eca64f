/** The command was given something that it cannot take: status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
