import { type KeyboardEvent, memo } from 'react';
import type { SpaceState } from '@/api/types';
import { spaceStates } from '@/theme/tokens';
import { useBayWords } from '../bays';
import { inUnits, letteringOf, middleOf, type Outline, type Size } from './geometry';
import styles from './plan.module.css';

export const pointsOf = (outline: Outline): string =>
  outline.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');

const round = (value: number) => Math.round(value * 100) / 100;

/** How wide a capital or a digit is, in parts of its height. */
const LETTER_WIDTH = 0.62;

type MarkProps = { state: SpaceState; letter: string; radius: number };

/** A state as shape, letter and colour at once: each alone says it. */
export function StateMark({ state, letter, radius: r }: MarkProps) {
  const shapes = {
    circle: <circle r={r} />,
    square: <rect x={-r * 0.9} y={-r * 0.9} width={r * 1.8} height={r * 1.8} rx={r * 0.15} />,
    diamond: <path d={`M0 ${-r * 1.18}L${r * 1.18} 0L0 ${r * 1.18}L${-r * 1.18} 0Z`} />,
    triangle: <path d={`M0 ${-r * 1.15}L${r * 1.2} ${r}H${-r * 1.2}Z`} />,
    hatch: (
      <rect
        x={-r * 0.95}
        y={-r * 0.95}
        width={r * 1.9}
        height={r * 1.9}
        strokeDasharray={`${r * 0.45} ${r * 0.3}`}
        strokeWidth={r * 0.2}
        className={styles.dashed}
      />
    ),
  };
  const { shape } = spaceStates[state];
  return (
    <g className={styles[state]}>
      <g className={styles.markShape}>{shapes[shape]}</g>
      <text
        y={shape === 'triangle' ? r * 0.72 : r * 0.4}
        fontSize={shape === 'triangle' ? r : r * 1.15}
        className={shape === 'hatch' ? styles.markLetterDashed : styles.markLetter}
      >
        {letter}
      </text>
    </g>
  );
}

/** A sign that something is wrong, in the corner of a bay. */
function AlarmMark({ radius: r }: { radius: number }) {
  return (
    <g className={styles.alarm}>
      <path d={`M0 ${-r * 1.15}L${r * 1.2} ${r}H${-r * 1.2}Z`} />
      <text y={r * 0.78} fontSize={r * 1.4}>
        !
      </text>
    </g>
  );
}

/** The mark by itself, beside a word or a code. */
export function StateSign({ state }: { state: SpaceState }) {
  const words = useBayWords();
  return (
    <svg viewBox="-14 -14 28 28" aria-hidden="true" focusable="false" className={styles.sign}>
      <StateMark state={state} letter={words.letter(state)} radius={11} />
    </svg>
  );
}

export type PlannedBay = {
  id: string;
  code: string;
  state: SpaceState;
  /** The corners in parts of the plan's sides, as the server keeps them. */
  shape: number[][];
  /** Whether it stands back, because others are looked for. */
  isFaint?: boolean;
  /** Whether something is wrong with it. */
  isAlarmed?: boolean;
};

type Props = {
  bay: PlannedBay;
  size: Size;
  letter: string;
  label: string;
  isOpen: boolean;
  /** Whether Tab leads to it; one of all bays is enough. */
  isStop: boolean;
  onOpen: (id: string) => void;
  onFocus: (id: string) => void;
  onKeyDown: (event: KeyboardEvent, id: string) => void;
};

/** One bay on the plan. Drawn anew only when it has changed itself. */
export const PlanBay = memo(function PlanBay(props: Props) {
  const { bay, size, letter, label, isOpen, isStop, onOpen, onFocus, onKeyDown } = props;
  const { id, code, state, shape, isFaint, isAlarmed } = bay;
  const outline = inUnits(shape, size);
  const [x, y] = middleOf(outline);
  const { width, height, angle } = letteringOf(outline);
  const isStacked = height >= width * 0.8;
  const radius = isStacked
    ? Math.min(width * 0.26, height * 0.17)
    : Math.min(height * 0.3, width * 0.14);
  const room = isStacked ? width * 0.9 : width * 0.9 - radius * 3;
  const letters = Math.min(
    room / (Math.max(code.length, 2) * LETTER_WIDTH),
    isStacked ? height * 0.24 : height * 0.44,
  );
  const mark = isStacked ? [0, -height * 0.16] : [-width / 2 + radius * 1.7 + width * 0.04, 0];
  const text = isStacked ? [0, height * 0.16 + letters * 0.55] : [radius * 1.35, letters * 0.36];
  return (
    <g
      role="button"
      tabIndex={isStop ? 0 : -1}
      data-bay={id}
      className={`${styles.bay} ${styles[state]} ${isOpen ? styles.open : ''} ${isFaint ? styles.faint : ''}`}
      onClick={() => onOpen(id)}
      onFocus={() => onFocus(id)}
      onKeyDown={(event) => onKeyDown(event, id)}
    >
      <title>{label}</title>
      <polygon points={pointsOf(outline)} className={styles.ground} />
      <polygon points={pointsOf(outline)} className={styles.outline} />
      <g
        transform={`translate(${round(x)} ${round(y)}) rotate(${angle})`}
        className={styles.lettering}
      >
        <g transform={`translate(${round(mark[0] ?? 0)} ${round(mark[1] ?? 0)})`}>
          <StateMark state={state} letter={letter} radius={radius} />
        </g>
        <text x={round(text[0] ?? 0)} y={round(text[1] ?? 0)} fontSize={round(letters)}>
          {code}
        </text>
        {isAlarmed && (
          <g transform={`translate(${round(width * 0.38)} ${round(-height * 0.4)})`}>
            <AlarmMark radius={radius * 0.72} />
          </g>
        )}
      </g>
    </g>
  );
});
