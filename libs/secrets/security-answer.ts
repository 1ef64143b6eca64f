// Also `´` and the like: NFKC would turn them into a space and a stray accent ("O´Brien").
const ignored = /[\p{P}\p{Z}\p{Sk}\p{Cc}\p{Cf}]/gu;

/**
 * The form in which a security answer is hashed: NFKC, case-folded, punctuation and spaces removed, so that
 * "St. Mary's" and "st marys" agree. Accents and word order count. May be empty: the caller sets a minimum.
 */
export function normaliseAnswer(text: string): string {
  return fold(text.replace(ignored, '').normalize('NFKC')).normalize('NFKC').replace(ignored, '');
}

// JavaScript has no case folding: down, up and down again joins ß, ẞ, SS; sigma's final form is one more.
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
