import { Problem } from '#runtime';

const refused = (detail: string) => () => Problem.of('audit_retention_refused', detail);

/** What the database refuses, by its code for it. */
const REFUSALS: Readonly<Record<string, () => Problem>> = {
  LK010: () =>
    Problem.of('forbidden', 'Only an active administrator of the practice decides how its trail is kept.'),
  LK011: refused('Fewer years are asked for already: confirm that, or cancel it first.'),
  LK012: refused('This is not what is asked for: read it again.'),
  LK013: refused('It has been confirmed already: its seven days are running.'),
  LK014: refused('Whoever asked for it cannot agree to it: a second administrator must.'),
  LK015: refused('No hold stands.'),
  LK017: () =>
    Problem.of('forbidden', 'It takes two operators who stand, both added before it was asked for.'),
  LK016: refused('That the hold be lifted is asked for already: a second administrator must agree.'),
};

/** In the caller's words. @throws Problem `forbidden`, `audit_retention_refused` */
export async function asked<T>(decided: Promise<T>): Promise<T> {
  try {
    return await decided;
  } catch (error) {
    throw REFUSALS[String((error as { code?: unknown }).code)]?.() ?? error;
  }
}
