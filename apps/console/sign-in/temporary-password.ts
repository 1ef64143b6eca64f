let typed: string | null = null;

/**
 * The temporary password that opened this session, in this page's memory only: setting an own password
 * needs it once more, and nobody should have to type it twice (WCAG 3.3.7).
 */
export const temporaryPassword = {
  keep: (password: string) => {
    typed = password;
  },
  read: (): string => typed ?? '',
  forget: () => {
    typed = null;
  },
};
