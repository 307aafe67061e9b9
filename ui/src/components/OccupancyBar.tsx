import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { SpaceState } from '@/api/types';
import { spaceStateNames, useBayWords } from './bays';
import { useFormats } from './format';
import styles from './OccupancyBar.module.css';
import { SpaceStateMark } from './SpaceStateTag';

export type StateCounts = Record<SpaceState, number>;

type Props = {
  counts: StateCounts;
  /** All states with their words; else only the numbers of those that occur. */
  isDetailed?: boolean;
  /** Where the bays of one state are listed. */
  pathOf?: (state: SpaceState) => string;
};

/** How many bays are in which state: a bar to glance at, and the numbers it stands for. */
export function OccupancyBar({ counts, isDetailed = false, pathOf }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  const total = spaceStateNames.reduce((sum, state) => sum + counts[state], 0);
  if (total === 0) return <span className={styles.none}>{t('bays.none')}</span>;
  const shown = isDetailed ? spaceStateNames : spaceStateNames.filter((state) => counts[state] > 0);
  return (
    <div className={isDetailed ? styles.detailed : styles.occupancy}>
      <div className={styles.bar} aria-hidden="true">
        {spaceStateNames
          .filter((state) => counts[state] > 0)
          .map((state) => (
            <span key={state} className={styles[state]} style={{ flexGrow: counts[state] }} />
          ))}
      </div>
      <ul className={isDetailed ? styles.legend : styles.numbers}>
        {shown.map((state) => {
          const number = <span className={styles.number}>{formats.number(counts[state])}</span>;
          const word = <span className={styles.word}>{words.state(state)}</span>;
          return (
            <li key={state} className={styles.count} title={words.state(state)}>
              <SpaceStateMark state={state} />
              {number} {isDetailed && pathOf ? <Link to={pathOf(state)}>{word}</Link> : word}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
