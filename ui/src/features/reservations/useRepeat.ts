import { Form, type FormInstance } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type RepeatKind, type RepeatWish, ruleOf, weekdayOf, wishOf } from './rule';
import { dateOf } from './timeAxis';
import { useRuleWords } from './useRuleWords';

/** What the form holds of it; the last day is one of the calendar of the site. */
export type RepeatValues = Omit<RepeatWish, 'until'> & { until: Dayjs | null };

export const repeatFields = [
  'repeats',
  'interval',
  'days',
  'monthly',
  'ends',
  'until',
  'times',
  'rule',
] as const satisfies readonly (keyof RepeatValues)[];

/** Four weeks from the day it begins. */
const USUAL_DAYS = 28;
const USUAL_TIMES = 10;

export const usualRepeat = (first: string): RepeatValues => ({
  repeats: 'none',
  interval: 1,
  days: [],
  monthly: 'date',
  ends: 'until',
  until: dayjs(first).add(USUAL_DAYS, 'day'),
  times: USUAL_TIMES,
  rule: '',
});

/** The rule that the form asks for, in letters and in words. */
export function useRepeat<Values extends RepeatValues>(
  form: FormInstance<Values>,
  start: number,
  zone: string,
) {
  const words = useRuleWords();
  const first = dateOf(zone, start);
  // Watched one by one: what the form holds of it may come and go with the fields.
  const watched = Form.useWatch(
    (values) => JSON.stringify(wishIn(values as Partial<RepeatValues>, first)),
    form,
  );
  const wish: RepeatWish = watched
    ? JSON.parse(watched)
    : wishIn(form.getFieldsValue(true) as Partial<RepeatValues>, first);
  const rule = ruleOf(wish, first);

  /** What somebody begins with in another kind of rule: the same, as far as that can say it. */
  function choose(kind: RepeatKind) {
    const set = form.setFieldsValue as (values: Partial<RepeatValues>) => void;
    const all = wishIn(form.getFieldsValue(true) as Partial<RepeatValues>, first);
    if (kind === 'weekly' && all.days.length === 0) set({ days: [weekdayOf(first)] });
    if (kind === 'own' && all.rule === '' && rule) set({ rule });
    if (wish.repeats !== 'own' || kind === 'own' || kind === 'none') return;
    const known = wishOf(all.rule, first, zone);
    if (!known) return;
    const { until, repeats, ...rest } = known;
    set({ ...(repeats === kind ? rest : {}), ...(until && { until: dayjs(until) }) });
  }

  return { first, rule, words: rule && words.rule(rule, start, zone), choose };
}

function wishIn(values: Partial<RepeatValues>, first: string): RepeatWish {
  const { until, ...rest } = values;
  const usual = usualRepeat(first);
  const known = Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => value !== undefined && repeatFields.some((field) => field === name),
    ),
  );
  return { ...usual, ...known, until: until ? until.format('YYYY-MM-DD') : null };
}
