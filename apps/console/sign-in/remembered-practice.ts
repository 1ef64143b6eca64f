const KEY = 'latchkey.practice';

/** The Practice ID that this device was asked to remember. */
export const rememberedPractice = (): string => localStorage.getItem(KEY) ?? '';

export function rememberPractice(practiceId: string | null): void {
  if (practiceId === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, practiceId);
}
