import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json' with { type: 'json' };

export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

const words = createInstance();
const CHOSEN = 'latchkey.language';
const isLanguage = (text: string | null | undefined): text is Language =>
  text !== null && text !== undefined && Object.hasOwn(LANGUAGES, text);

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    // A permission's name holds a colon.
    nsSeparator: false;
  }
}

/** What this device was told, else what the browser prefers. */
function preferred(): Language {
  const chosen = localStorage.getItem(CHOSEN);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** English comes along; the other catalogue is fetched when it is wanted. False where it does not arrive. */
async function load(language: Language): Promise<boolean> {
  if (language === 'en' || words.hasResourceBundle(language, 'translation')) return true;
  try {
    words.addResourceBundle(language, 'translation', (await import('./es.json')).default);
    return true;
  } catch {
    return false;
  }
}

export async function startWords(): Promise<void> {
  await words.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    nsSeparator: false,
    resources: { en: { translation: en } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  await speak(preferred());
}

/** In another language rather than not at all: whoever is locked out needs the page now. */
async function speak(wanted: Language): Promise<void> {
  const language = (await load(wanted)) ? wanted : 'en';
  await words.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Chosen by the person, and kept on this device. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language);
  await speak(language);
}

/** The account's own language, unless this device was told otherwise. */
export async function speakAs(language: Language): Promise<void> {
  if (localStorage.getItem(CHOSEN) === null) await speak(language);
}
