import { i18n } from '@lingui/core';
import { setFormatLocale } from '@/lib/format';
import { readPreference, writePreference } from '@/lib/storage';

export const LANGUAGES = ['en', 'pl'] as const;
export type Language = (typeof LANGUAGES)[number];

export function preferredLanguage(): Language {
  const stored = readPreference('language');
  if (stored === 'en' || stored === 'pl') return stored;
  return navigator.language.startsWith('pl') ? 'pl' : 'en';
}

/** Loads a catalogue and shows the interface in it. */
export async function activate(language: Language): Promise<void> {
  const { messages } =
    language === 'pl' ? await import('@/locales/pl.po') : await import('@/locales/en.po');
  setFormatLocale(language);
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
  writePreference('language', language);
}
