import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Language } from '@/api/types';
import { languageNames, languages } from '@/i18n';
import { useAppearance } from './appearance';

/** For pages without a user menu. */
export function LanguagePicker() {
  const { t, i18n } = useTranslation();
  const { chooseLanguage } = useAppearance();
  return (
    <Segmented<string>
      aria-label={t('appearance.language')}
      value={i18n.language}
      options={languages.map((language) => ({
        value: language,
        label: <span lang={language}>{languageNames[language]}</span>,
      }))}
      onChange={(language) => void chooseLanguage(language as Language)}
    />
  );
}
