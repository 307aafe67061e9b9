/** What the map draws: how full a site is as a ring, and lines of latitude and longitude. */
import type { Site, SpaceState } from '@/api/types';
import { spaceStateNames } from '@/components/bays';

export type PlacedSite = Site & { latitude: number; longitude: number };

export const isPlaced = (site: Site): site is PlacedSite =>
  typeof site.latitude === 'number' && typeof site.longitude === 'number';

export type Arc = { state: SpaceState; from: number; share: number };

/** A ring's parts, each as a share of the whole, in the order of the states. */
export function arcsOf(stats: Site['stats']): Arc[] {
  const total = stats ? spaceStateNames.reduce((sum, state) => sum + stats[state], 0) : 0;
  if (!stats || total === 0) return [];
  let from = 0;
  return spaceStateNames.flatMap((state) => {
    const share = stats[state] / total;
    const arc = { state, from, share };
    from += share;
    return share > 0 ? [arc] : [];
  });
}

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** How many degrees lie between two lines so that a few of them are seen. */
export function gridStep(degreesSeen: number): number {
  return STEPS.find((step) => degreesSeen / step >= 4) ?? 0.001;
}

/** The lines that pass through a span, at whole steps. */
export function gridLines(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.min(100, Math.floor(to / step) - first + 1));
  return Array.from({ length: count }, (_, n) => Number(((first + n) * step).toFixed(4)));
}
