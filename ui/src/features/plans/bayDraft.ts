/** How large a bay is that nobody has given a size: that of a car, where the plan shows a car park. */
import { moved, type Outline, outlineOf, type Size } from '@/components/plan/geometry';

export const BAY = { width: 46, height: 92 };
const GAP = 0;

/** So many bays side by side around a point, in rows where one is not long enough. */
export function baysAround(
  [x, y]: readonly [number, number],
  count: number,
  plan: Size,
  bay = BAY,
): Outline[] {
  const perRow = Math.max(1, Math.min(count, Math.floor(plan.width / (bay.width + GAP))));
  const rows = Math.ceil(count / perRow);
  const [width, height] = [perRow * bay.width, rows * bay.height];
  const hold = (middle: number, length: number, side: number) =>
    Math.max(0, Math.min(middle - length / 2, side - length));
  const [left, top] = [hold(x, width, plan.width), hold(y, height, plan.height)];
  const first = outlineOf({
    ...bay,
    centre: [left + bay.width / 2, top + bay.height / 2],
    angle: 0,
  });
  return Array.from({ length: count }, (_, n) =>
    moved(first, (n % perRow) * bay.width, Math.floor(n / perRow) * bay.height),
  );
}
