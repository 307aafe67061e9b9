import { useTranslation } from 'react-i18next';
import type { SiteTrend, SpaceState } from '@/api/types';
import { spaceStateNames, useBayWords } from '@/components/bays';
import { useFormats } from '@/components/format';
import { WarningFilled } from '@/components/icons';
import { StateSign } from '@/components/plan/PlanBay';
import { Spoken } from '@/components/Spoken';
import styles from './operations.module.css';
import { type Counts, courseOf, occupancy } from './operationsView';
import { Sparkline } from './Sparkline';

type Props = {
  counts: Counts;
  attention: number;
  /** Of the whole site; none where other bays than those of one whole site are counted. */
  trend: SiteTrend | undefined;
  state: string | undefined;
  isAttention: boolean;
  onState: (state: SpaceState | undefined) => void;
  onAttention: (isOn: boolean) => void;
};

/** How many bays are in which state and how that went through the day; each number shows its bays. */
export function Counters(props: Props) {
  const { counts, attention, trend, state, isAttention, onState, onAttention } = props;
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  return (
    <ul className={styles.counters} aria-label={t('operations.counters')}>
      <Occupancy counts={counts} trend={trend} />
      {spaceStateNames.map((name) => (
        <li key={name} className={styles[name]}>
          <button
            type="button"
            className={styles.counter}
            aria-pressed={state === name}
            onClick={() => onState(state === name ? undefined : name)}
          >
            <span className={styles.counterHead}>
              <StateSign state={name} />
              <strong className={styles.number}>{formats.number(counts[name])}</strong>
            </span>
            <span className={styles.counterWord}>{words.state(name)}</span>
            {trend && <Course values={courseOf(trend, counts, (point) => point[name])} />}
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className={attention > 0 ? styles.counterAlarm : styles.counter}
          aria-pressed={isAttention}
          onClick={() => onAttention(!isAttention)}
        >
          <span className={styles.counterHead}>
            <WarningFilled className={styles.counterSign} />
            <strong className={styles.number}>{formats.number(attention)}</strong>
          </span>
          <span className={styles.counterWord}>{t('bays.attention')}</span>
        </button>
      </li>
    </ul>
  );
}

function Occupancy({ counts, trend }: Pick<Props, 'counts' | 'trend'>) {
  const { t } = useTranslation();
  const formats = useFormats();
  const share = occupancy(counts);
  const percent = share === null ? '–' : `${formats.number(Math.round(share * 100))} %`;
  return (
    <li className={styles.occupancy}>
      <strong className={styles.number}>{percent}</strong>
      <span className={styles.counterWord}>{t('operations.occupancy')}</span>
      {trend && (
        <Sparkline
          values={courseOf(trend, counts, occupancy)}
          range={[0, 1]}
          className={styles.day}
        />
      )}
    </li>
  );
}

/** As many steps as an hour has. */
const HOUR = 2;

/** How a number went through the day, and in words what the last hour did to it. */
function Course({ values }: { values: (number | null)[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [now, before] = [values.at(-1) ?? 0, values.at(-1 - HOUR) ?? 0];
  const change = now - before;
  const number = formats.number(Math.abs(change));
  return (
    <span className={styles.course}>
      <Sparkline values={values} />
      <span aria-hidden="true" className={styles.change}>
        {change === 0 ? '±0' : `${change > 0 ? '+' : '−'}${number}`}
      </span>
      <Spoken>
        {change === 0
          ? t('operations.asAnHourAgo')
          : change > 0
            ? t('operations.moreThanAnHourAgo', { number })
            : t('operations.lessThanAnHourAgo', { number })}
      </Spoken>
    </span>
  );
}
