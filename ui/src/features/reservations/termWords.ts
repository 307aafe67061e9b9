import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import {
  type FieldName,
  type LetterChoice,
  type TermName,
  type TermValues,
  termOf,
  terms,
} from './terms';

/** From here on minutes are hard to picture. */
const AN_HOUR = 60;

/** Terms and their values in words. */
export function useTermWords() {
  const { t } = useTranslation();
  const formats = useFormats();
  const unit = (name: TermName, amount: number) =>
    t(`terms.units.${terms[name].unit}`, { count: amount });

  /** What it means that there is none. */
  const none = (name: TermName) =>
    termOf(name).isOfTenant ? t('terms.forGood') : t('terms.anyNumber');

  /** What follows the number in its field: the unit, and how much that is. */
  const unitOf = (name: TermName, value: number | null) => {
    if (value === null) return none(name);
    const isLong = terms[name].unit === 'minutes' && value >= AN_HOUR && Number.isInteger(value);
    const words = unit(name, value);
    return isLong ? t('terms.thatIs', { unit: words, time: formats.duration(value) }) : words;
  };
  const letters = (choice: LetterChoice) => t(`terms.letters.${choice}`);
  const value = (name: TermName, amount: number | null) =>
    amount === null ? none(name) : `${formats.number(amount)} ${unit(name, amount)}`;
  const bounds = (name: TermName) => {
    const { min, max, usual } = terms[name];
    return t('terms.bounds', {
      min: formats.number(min),
      max: formats.number(max),
      unit: unit(name, max),
      usual: usual === null ? none(name) : formats.number(usual),
    });
  };
  return {
    label: (name: FieldName) => t(`terms.fields.${name}.label`),
    extra: (name: FieldName) => t(`terms.fields.${name}.extra`),
    unitOf,
    value,
    letters,
    /** Any field of some terms in words. */
    said: (name: FieldName, of: TermValues) =>
      name === 'letters' ? letters(of.letters) : value(name, of[name]),
    bounds,
  };
}
