/** Which bays and days the calendar shows, as the URL says. */
import { useSearchParams } from 'react-router';
import type { Space } from '@/api/types';
import { dateOf, isDate, type View } from './timeAxis';

export const bayFilters = ['level_id', 'zone_id', 'kind'] as const;
export type BayFilter = (typeof bayFilters)[number];
export type WantedBays = Partial<Record<BayFilter, string>> & { q?: string };

const plain = (text: string) => text.toLocaleLowerCase().replace(/\s+/g, '');

/** The bays that fit, in the order they have. */
export function fittingBays(bays: readonly Space[], wanted: WantedBays): readonly Space[] {
  const { level_id, zone_id, kind, q } = wanted;
  if (!level_id && !zone_id && !kind && !q) return bays;
  const names = ({ code, name }: Space) => [code, name];
  return bays.filter(
    (bay) =>
      (!level_id || bay.level_id === level_id) &&
      (!zone_id || bay.zone_id === zone_id) &&
      (!kind || bay.kind === kind) &&
      (!q || names(bay).some((name) => name && plain(name).includes(plain(q)))),
  );
}

export type Shown = {
  view: View;
  date: string;
  today: string;
  setView: (view: View) => void;
  setDate: (date: string) => void;
};

/** The day that is shown and how much around it; today and one day need not be said. */
export function useShown(zone: string, now: number): Shown {
  const [params, setParams] = useSearchParams();
  const today = dateOf(zone, now);
  const named = params.get('date');
  const change = (name: string, value: string | null) =>
    setParams((current) => {
      const next = new URLSearchParams(current);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    });
  return {
    view: params.get('view') === 'week' ? 'week' : 'day',
    date: isDate(named) ? named : today,
    today,
    setView: (view) => change('view', view === 'week' ? 'week' : null),
    setDate: (date) => change('date', date === today ? null : date),
  };
}
