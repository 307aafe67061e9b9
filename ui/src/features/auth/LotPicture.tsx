import styles from './AuthLayout.module.css';

type Bay = { x: number; y: number; isTaken: boolean; tone?: 1 | 2 | 3 };

const BAY_WIDTH = 74;
const BAY_HEIGHT = 132;
const taken: Record<string, 1 | 2 | 3> = {
  '0-0': 1,
  '0-1': 2,
  '0-3': 3,
  '0-4': 1,
  '1-0': 3,
  '1-2': 1,
  '1-3': 2,
  '2-1': 1,
  '2-2': 3,
  '2-4': 2,
};
const rowTops = [0, 240, 372];

const bays: Bay[] = rowTops.flatMap((y, row) =>
  Array.from({ length: 5 }, (_, column) => {
    const tone = taken[`${row}-${column}`];
    return { x: column * BAY_WIDTH, y, isTaken: tone !== undefined, tone };
  }),
);

/** A car park from above: what the product is about, without a word. */
export function LotPicture() {
  return (
    <svg viewBox="-6 -6 382 516" className={styles.lot} aria-hidden="true" focusable="false">
      {bays.map(({ x, y, isTaken, tone }) => (
        <g key={`${x}-${y}`} transform={`translate(${x} ${y})`}>
          <path d={`M0 0V${BAY_HEIGHT}M${BAY_WIDTH} 0V${BAY_HEIGHT}`} className={styles.marking} />
          {isTaken ? (
            <Car tone={tone ?? 1} />
          ) : (
            <text x="37" y="78" className={styles.free}>
              P
            </text>
          )}
        </g>
      ))}
      <path d={`M-6 372H376`} className={styles.marking} />
      <path d="M-6 186H376" className={styles.lane} />
    </svg>
  );
}

function Car({ tone }: { tone: 1 | 2 | 3 }) {
  return (
    <g className={styles[`car${tone}`]}>
      <rect x="15" y="12" width="44" height="108" rx="15" />
      <path
        d="M20 44q17-9 34 0l-3 17q-14-5-28 0zM22 101q15 6 30 0l-2-10q-13 3-26 0z"
        className={styles.glass}
      />
    </g>
  );
}
