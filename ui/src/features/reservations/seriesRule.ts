/** The rule that a series has, as somebody begins to change it, and what another makes of its dates. */
import type {
  OccurrenceFate,
  OccurrenceOutcome,
  ReservationSeriesChange,
  ReservationSeriesDetail,
} from '@/api/types';
import { endingWith, type RepeatKind, type RepeatWish, repeatKinds, wishOf } from './rule';
import { dateOf } from './timeAxis';

/** A series repeats, whatever else. */
export const seriesKinds: readonly RepeatKind[] = repeatKinds.filter((kind) => kind !== 'none');

type Of = Pick<
  ReservationSeriesDetail,
  'rule' | 'start_time' | 'timezone' | 'occurrences' | 'exceptions'
>;

/**
 * What the form begins with: the rule as it is, told from the start of the series or from one of its dates on. What was
 * counted from the start ends there on the day on which it ends.
 */
export function repeatOf(series: Of, from: string | null): Partial<RepeatWish> {
  const { rule, start_time, timezone, occurrences, exceptions } = series;
  const dayAt = (at: string) => dateOf(timezone, Date.parse(at));
  const days = [
    ...occurrences.map(({ recurrence_time }) => dayAt(recurrence_time)),
    ...exceptions.map((one) => dayAt(one.start_time)),
  ];
  const last = days.toSorted().at(-1);
  const isCounted = from !== null && /(^|;)COUNT=/i.test(rule);
  const told = isCounted && last ? endingWith(rule, last) : rule;
  return wishOf(told, dayAt(from ?? start_time), timezone) ?? { repeats: 'own', rule: told };
}

/** What is to change; empty if the rule is the same. */
export function ruleChangeOf(
  rule: string,
  begun: string | null,
  from: string | null,
): ReservationSeriesChange {
  return rule === begun ? {} : { rule, ...(from !== null && { from }) };
}

/** Whether something was to become of it that cannot. */
export const isStuck = ({ fate, verdict }: Pick<OccurrenceOutcome, 'fate' | 'verdict'>): boolean =>
  (fate === 'kept' && verdict !== 'free') ||
  (fate === 'left_out' && verdict !== 'free' && verdict !== 'excluded');

/** What is told in one line; what is left out stands below. */
export const toldFates = ['new', 'removed', 'changed', 'kept'] as const;

/** How many there are of each. */
export function counted(outcomes: readonly OccurrenceOutcome[]): Record<OccurrenceFate, number> {
  const count = (fate: OccurrenceFate) => outcomes.filter((one) => one.fate === fate).length;
  return {
    new: count('new'),
    removed: count('removed'),
    changed: count('changed'),
    kept: count('kept'),
    left_out: count('left_out'),
  };
}

/** Which of them one looks at. */
export const outcomeParts = ['all', 'changes', 'stuck'] as const;
export type OutcomePart = (typeof outcomeParts)[number];

export function partOf(
  outcomes: readonly OccurrenceOutcome[],
  part: OutcomePart,
): OccurrenceOutcome[] {
  if (part === 'stuck') return outcomes.filter(isStuck);
  const isChange = ({ fate }: OccurrenceOutcome) => fate !== 'kept' && fate !== 'left_out';
  return part === 'changes' ? outcomes.filter(isChange) : [...outcomes];
}
