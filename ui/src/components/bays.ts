import { useTranslation } from 'react-i18next';
import type { BayKind, SpaceState } from '@/api/types';

/** The states of a bay, the one a driver looks for first. */
export const spaceStateNames: readonly SpaceState[] = [
  'free',
  'occupied',
  'reserved',
  'maintenance',
  'unknown',
];

/** Whom a bay may be for, the usual one first. */
export const bayKinds: readonly BayKind[] = [
  'general',
  'disabled',
  'ev_charging',
  'family',
  'short_stay',
  'motorcycle',
  'bicycle',
  'truck',
  'bus',
  'loading',
  'taxi',
  'car_sharing',
  'staff',
  'visitor',
  'resident',
  'reserved_permit',
];

export function useBayWords() {
  const { t } = useTranslation();
  return {
    state: (state: SpaceState) => t(`bays.states.${state}`),
    kind: (kind: BayKind) => t(`bays.kinds.${kind}`),
    /** One letter, for where a word has no room. */
    letter: (state: SpaceState) => t(`bays.letters.${state}`),
  };
}
