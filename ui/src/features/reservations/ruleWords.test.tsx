import { renderHook } from '@testing-library/react';
import { afterAll, describe, expect, it } from 'vitest';
import { setLanguage } from '@/i18n';
import { useRuleWords } from './useRuleWords';

/** Ten in the morning of the fourth Monday of a month, where it is an hour later. */
const START = '2026-11-23T09:00:00Z';

async function say(language: 'en' | 'fr', rule: string): Promise<string> {
  await setLanguage(language);
  const { result, unmount } = renderHook(() => useRuleWords());
  const words = result.current.rule(rule, START, 'Europe/Paris');
  unmount();
  return words;
}

describe('a rule in words', () => {
  afterAll(() => setLanguage('en'));

  it.each([
    [
      'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270129',
      'Every weekday (Monday to Friday), until Fri 29 Jan 2027',
      'Chaque jour ouvrable (lundi à vendredi), jusqu’au ven. 29 janv. 2027',
    ],
    ['FREQ=DAILY;COUNT=1', 'Every day, 1 time', 'Chaque jour, 1 fois'],
    ['FREQ=DAILY;INTERVAL=3;COUNT=20', 'Every 3 days, 20 times', 'Tous les 3 jours, 20 fois'],
    [
      'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4',
      'Every Monday and Thursday, 4 times',
      'Chaque lundi et jeudi, 4 fois',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4',
      'Every 2 weeks on Monday, 4 times',
      'Toutes les 2 semaines, lundi, 4 fois',
    ],
    ['FREQ=MONTHLY;COUNT=6', 'Every month on day 23, 6 times', 'Chaque mois le 23, 6 fois'],
    [
      'FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=6',
      'Every month on days 1 and 15, 6 times',
      'Chaque mois les 1 et 15, 6 fois',
    ],
    [
      'FREQ=MONTHLY;INTERVAL=2;BYDAY=4MO;COUNT=6',
      'Every 2 months on the fourth Monday, 6 times',
      'Tous les 2 mois le quatrième lundi, 6 fois',
    ],
    [
      'FREQ=MONTHLY;BYDAY=-1FR;COUNT=6',
      'Every month on the last Friday, 6 times',
      'Chaque mois le dernier vendredi, 6 fois',
    ],
    [
      'FREQ=YEARLY;COUNT=2',
      'Every year on 23 November, 2 times',
      'Chaque année le 23 novembre, 2 fois',
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2;COUNT=6',
      'By the rule FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2;COUNT=6',
      'Selon la règle FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2;COUNT=6',
    ],
  ])('%s', async (rule, english, french) => {
    expect((await say('en', rule)).replace(/,(?= \d\d? \w{3} \d{4})/, '')).toBe(english);
    expect(await say('fr', rule)).toBe(french);
  });
});
