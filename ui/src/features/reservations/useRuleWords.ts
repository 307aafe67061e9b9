import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { type Ending, meaningOf, type Pattern, type Weekday, weekdays } from './rule';
import { dateOf } from './timeAxis';

const nths = ['last', 'zeroth', 'first', 'second', 'third', 'fourth', 'fifth'] as const;

/** Rules in words, by the clocks of their site. */
export function useRuleWords() {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  return useMemo(() => {
    const day = (name: Weekday) => formats.weekdayName(weekdays.indexOf(name));
    const nth = (n: number) => {
      const name = nths[n + 1];
      return name && name !== 'zeroth' ? t(`series.nth.${name}`) : '';
    };
    const said = (pattern: Pattern): string => {
      if (pattern.kind === 'weekdays') return t('series.rule.weekdays');
      const { kind, every: count } = pattern;
      if (kind === 'daily') return t('series.rule.daily', { count });
      if (kind === 'weekly') {
        return t('series.rule.weekly', { count, days: formats.list(pattern.days.map(day)) });
      }
      if (kind === 'monthlyOn') {
        const dates = formats.list(pattern.dates.map(String));
        const days = t('series.rule.dates', { count: pattern.dates.length, dates });
        return t('series.rule.monthly', { count, days });
      }
      if (kind === 'monthlyNth') {
        const days = t('series.rule.nthDay', { nth: nth(pattern.nth), day: day(pattern.day) });
        return t('series.rule.monthly', { count, days });
      }
      return t('series.rule.yearly', { count, day: formats.dayMonth(pattern.date) });
    };
    const end = (ending: Ending) => {
      if (!ending) return '';
      if ('until' in ending) return t('series.until', { day: formats.date(ending.until) });
      return t('series.times', { count: ending.times, formatted: formats.number(ending.times) });
    };
    /** Begins like a sentence, as it stands by itself. */
    const upper = (text: string) => text.charAt(0).toLocaleUpperCase(i18n.language) + text.slice(1);
    /** "Every weekday (Monday to Friday), until 31 Jan 2027"; what has no words stays as it is written. */
    const rule = (text: string, start: number | string, zone: string) => {
      const meaning = meaningOf(text, dateOf(zone, new Date(start).getTime()), zone);
      if (!meaning) return t('series.ownRule', { rule: text });
      return upper([said(meaning.pattern), end(meaning.ending)].filter(Boolean).join(', '));
    };
    return { rule, day, nth };
  }, [t, i18n.language, formats]);
}

export type RuleWords = ReturnType<typeof useRuleWords>;
