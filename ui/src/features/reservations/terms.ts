/** The terms of reservations: what there are, in which units, and what becomes of what is typed. */
import type { ReservationTerms, ReservationTermsChange } from '@/api/types';

type Term = {
  unit: 'minutes' | 'days' | 'reservations';
  min: number;
  max: number;
  step: number;
  /** What holds where nobody said anything; any number, if null. */
  usual: number | null;
  /** Whether there may be none, and what it begins with once there is one. */
  begins?: number;
  /** Whether it is said for all sites at once, whatever terms a site has of its own. */
  isOfTenant?: true;
};

/** As parking-domain has them; a test compares the two. */
export const terms = {
  duration_max_minutes: { unit: 'minutes', min: 5, max: 44_640, step: 15, usual: 1_440 },
  lead_max_days: { unit: 'days', min: 1, max: 730, step: 1, usual: 365 },
  hold_max_minutes: { unit: 'minutes', min: 1, max: 1_440, step: 5, usual: 15 },
  claim_minutes: { unit: 'minutes', min: 5, max: 1_440, step: 5, usual: 30 },
  per_person_max: { unit: 'reservations', min: 1, max: 1_000, step: 1, usual: null, begins: 3 },
  buffer_before_minutes: { unit: 'minutes', min: 0, max: 720, step: 5, usual: 0 },
  buffer_after_minutes: { unit: 'minutes', min: 0, max: 720, step: 5, usual: 0 },
  early_minutes: { unit: 'minutes', min: 0, max: 240, step: 5, usual: 15 },
  grace_minutes: { unit: 'minutes', min: 1, max: 1_440, step: 5, usual: 15 },
  cancel_notice_minutes: { unit: 'minutes', min: 0, max: 43_200, step: 15, usual: 0 },
  reminder_minutes: { unit: 'minutes', min: 0, max: 10_080, step: 15, usual: 60 },
  retention_days: {
    unit: 'days',
    min: 1,
    max: 3_650,
    step: 30,
    usual: 365,
    begins: 365,
    isOfTenant: true,
  },
} as const satisfies Record<string, Term>;

export type TermName = keyof typeof terms;

/** Whether whoever a bay is reserved for is written to, and in which language. */
export const letterChoices = ['off', 'en', 'fr'] as const;
export type LetterChoice = (typeof letterChoices)[number];
export const usualLetters: LetterChoice = 'en';

export const termOf = (name: TermName): Term => terms[name];
export type FieldName = TermName | 'letters';
export type TermValues = Record<TermName, number | null> & { letters: LetterChoice };

/** The terms by what they are about, in the order in which one meets them. */
export const termGroups = {
  booking: [
    'duration_max_minutes',
    'lead_max_days',
    'hold_max_minutes',
    'claim_minutes',
    'per_person_max',
  ],
  around: ['buffer_before_minutes', 'buffer_after_minutes'],
  coming: ['early_minutes', 'grace_minutes', 'cancel_notice_minutes'],
  letters: ['reminder_minutes'],
  people: ['retention_days'],
} as const satisfies Record<string, readonly TermName[]>;

export const termNames = Object.values(termGroups).flat() as readonly TermName[];
export const fieldNames: readonly FieldName[] = [...termNames, 'letters'];

export const valuesOf = (of: ReservationTerms): TermValues =>
  Object.fromEntries(fieldNames.map((name) => [name, of[name] ?? null])) as TermValues;

/** All that can be said for a site, or for all: what is the tenant's is not said for one site. */
export function wholeOf(values: TermValues, isAtSite: boolean): ReservationTermsChange {
  const sayable = fieldNames.filter(
    (name) => name === 'letters' || !isAtSite || !termOf(name).isOfTenant,
  );
  return Object.fromEntries(sayable.map((name) => [name, values[name]]));
}

/** What is sent: only what differs, so that what somebody else changes meanwhile stays. */
export function changeOf(base: ReservationTerms, values: TermValues): ReservationTermsChange {
  const known = valuesOf(base);
  const changed = fieldNames.filter((name) => values[name] !== known[name]);
  return Object.fromEntries(changed.map((name) => [name, values[name]]));
}

export const isChanged = (base: ReservationTerms, values: TermValues) =>
  Object.keys(changeOf(base, values)).length > 0;

/** The same terms, and as much somebody's own as before. */
export const areSame = (one: ReservationTerms, other: ReservationTerms) =>
  one.source === other.source && !isChanged(one, valuesOf(other));

/** Whether these were set for what they hold for, rather than taken over. */
export const isOwn = ({ source, site_id }: ReservationTerms) =>
  source === (site_id ? 'site' : 'tenant');
