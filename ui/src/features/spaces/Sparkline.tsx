import styles from './operations.module.css';

const [WIDTH, HEIGHT, EDGE] = [96, 24, 2];

type Props = {
  values: readonly (number | null)[];
  /** From what to what; else from the least to the most there was. */
  range?: [number, number];
  className?: string | undefined;
};

/** A line to glance at. What it says is said in words beside it. */
export function Sparkline({ values, range, className }: Props) {
  const known = values.filter((value) => value !== null);
  const [least, most] = range ?? [Math.min(...known), Math.max(...known)];
  const span = most - least;
  const x = (at: number) => (at / Math.max(values.length - 1, 1)) * (WIDTH - 2 * EDGE) + EDGE;
  // What did not change is a line through the middle.
  const y = (value: number) =>
    span === 0 ? HEIGHT / 2 : HEIGHT - EDGE - ((value - least) / span) * (HEIGHT - 2 * EDGE);
  const points = values.map((value, at) =>
    value === null ? null : `${round(x(at))} ${round(y(value))}`,
  );
  // Where nothing is known the line breaks off.
  const path = points
    .map((point, at) => (point ? `${at > 0 && points[at - 1] ? 'L' : 'M'}${point}` : ''))
    .join('');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      className={className ?? styles.spark}
    >
      <path d={path} />
    </svg>
  );
}

const round = (value: number) => Math.round(value * 10) / 10;
