import type { SpaceState } from '@/api/types';
import { spaceStates } from '@/theme/tokens';
import { useBayWords } from './bays';
import styles from './SpaceStateTag.module.css';

const outlines: Record<(typeof spaceStates)[SpaceState]['shape'], React.ReactNode> = {
  circle: <circle cx="6" cy="6" r="4.5" />,
  square: <rect x="1.5" y="1.5" width="9" height="9" rx="1" />,
  diamond: <path d="M6 .6 11.4 6 6 11.4.6 6Z" />,
  triangle: <path d="M6 1 11.5 10.8H.5Z" />,
  hatch: <path d="M1 8.5 8.5 1M3.5 11 11 3.5M1 4l3-3M8 11l3-3" className={styles.hatch} />,
};

/** A state's own shape, so that it reads without colour. */
export function SpaceStateMark({ state }: { state: SpaceState }) {
  return (
    <svg
      viewBox="0 0 12 12"
      className={`${styles.mark} ${styles[state]}`}
      aria-hidden="true"
      focusable="false"
    >
      {outlines[spaceStates[state].shape]}
    </svg>
  );
}

/** The state of a bay as shape, word and colour. */
export function SpaceStateTag({ state }: { state: SpaceState }) {
  const words = useBayWords();
  return (
    <span className={styles.tag}>
      <SpaceStateMark state={state} />
      {words.state(state)}
    </span>
  );
}
