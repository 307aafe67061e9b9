import {
  boxOf,
  type Corner,
  centreOfBox,
  type Outline,
  outlineOf,
  outlineOfBox,
  pulled,
  rectangleOf,
  rotated,
} from '@/components/plan/geometry';
import { pointsOf } from '@/components/plan/PlanBay';
import type { Item } from './drawing';
import styles from './plans.module.css';

export type Grip = { kind: 'turn' } | { kind: 'corner'; corner: number };

const CORNER_PIXELS = 5.5;
const TURN_PIXELS = 30;
const ANGLE_STEP = 15;
const LEAST = 6;

type Props = { items: readonly Item[]; unitsPerPixel: number; isFree: boolean };

/** What one pulls to turn what is selected, or to change the size or the corners of one bay. */
export function Handles({ items, unitsPerPixel, isFree }: Props) {
  const [only] = items;
  const box = boxOf(items.map(({ outline }) => outline));
  const [cx] = centreOfBox(box);
  // Above what is selected, or below it where there is no room above.
  const isBelow = box.y < TURN_PIXELS * unitsPerPixel;
  const edge = isBelow ? box.y + box.height : box.y;
  const turnY = edge + (isBelow ? 1 : -1) * TURN_PIXELS * unitsPerPixel;
  const radius = CORNER_PIXELS * unitsPerPixel;
  const isOne = items.length === 1 && only !== undefined;
  return (
    <g>
      {!isOne && <polygon points={pointsOf(outlineOfBox(box))} className={styles.group} />}
      <path d={`M${cx} ${edge}V${turnY}`} className={styles.stem} />
      <circle data-grip="turn" cx={cx} cy={turnY} r={radius * 1.3} className={styles.turn} />
      {isOne &&
        only.outline.map(([x, y], corner) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a corner is known by its place alone.
            key={corner}
            data-grip={corner}
            cx={x}
            cy={y}
            r={radius}
            className={isFree ? styles.freeCorner : styles.corner}
          />
        ))}
    </g>
  );
}

type Pull = { from: Corner; to: Corner; centre: Corner; isFree: boolean; isSnapping: boolean };

/** The outlines once a handle has been pulled so far. */
export function gripped(
  items: readonly Item[],
  grip: Grip,
  { from, to, centre, isFree, isSnapping }: Pull,
): ReadonlyMap<string, Outline> {
  if (grip.kind === 'turn') {
    const bearing = ([x, y]: Corner) => (Math.atan2(y - centre[1], x - centre[0]) * 180) / Math.PI;
    const raw = bearing(to) - bearing(from);
    const degrees = isSnapping ? Math.round(raw / ANGLE_STEP) * ANGLE_STEP : raw;
    return new Map(items.map(({ key, outline }) => [key, rotated(outline, centre, degrees)]));
  }
  const [item] = items;
  if (!item) return new Map();
  const rectangle = isFree ? null : rectangleOf(item.outline);
  const outline = rectangle
    ? outlineOf(pulled(rectangle, grip.corner, to, LEAST))
    : item.outline.map((corner, index) => (index === grip.corner ? to : corner));
  return new Map([[item.key, outline]]);
}
