/** The two languages. Texts, Ant Design's own words and dayjs change together, without a reload. */
import type { Locale } from 'antd/es/locale';
import dayjs from 'dayjs';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '@/api/types';

export const languages: readonly Language[] = ['en', 'fr'];
/** Each language names itself, whichever is shown. */
export const languageNames: Record<Language, string> = { en: 'English', fr: 'Français' };

const KEY = 'parking.language';

const loaders = {
  en: async () => {
    const [texts, antd] = await Promise.all([import('./en.json'), import('antd/es/locale/en_US')]);
    return { texts: texts.default, antd: antd.default };
  },
  fr: async () => {
    const [texts, antd] = await Promise.all([
      import('./fr.json'),
      import('antd/es/locale/fr_FR'),
      import('dayjs/locale/fr'),
    ]);
    return { texts: texts.default, antd: antd.default };
  },
} satisfies Record<Language, () => Promise<{ texts: object; antd: Locale }>>;

const antdLocales = new Map<Language, Locale>();

/**
 * The calendar's month and year buttons carry "Choose a month" over the visible "Nov"; without it
 * they are called what they show, which is what voice control needs.
 */
function withVisibleNames(locale: Locale): Locale {
  const { DatePicker: picker } = locale;
  if (!picker) return locale;
  const lang = { ...picker.lang, monthSelect: '', yearSelect: '' };
  return { ...locale, DatePicker: { ...picker, lang } };
}

function isLanguage(value: unknown): value is Language {
  return value === 'en' || value === 'fr';
}

function preferredLanguage(): Language {
  try {
    const stored = localStorage.getItem(KEY);
    if (isLanguage(stored)) return stored;
  } catch {
    // Storage refused: the browser's language decides.
  }
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

export function antdLocale(language: Language): Locale | undefined {
  return antdLocales.get(language);
}

export async function setLanguage(language: Language): Promise<void> {
  const { texts, antd } = await loaders[language]();
  antdLocales.set(language, withVisibleNames(antd));
  i18next.addResourceBundle(language, 'translation', texts, true, true);
  dayjs.locale(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // See preferredLanguage().
  }
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: preferredLanguage(),
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    // Scopes such as "telemetry:read" are keys too.
    nsSeparator: false,
  });
  await setLanguage(preferredLanguage());
}
