import { describe, expect, it } from 'vitest';
import {
  areaOf,
  BLANK,
  boxOf,
  heldOnPlan,
  inParts,
  inUnits,
  isOnPlan,
  isSimple,
  letteringOf,
  middleOf,
  moved,
  nextIn,
  type Outline,
  outlineOf,
  outlineOfBox,
  pulled,
  reachOf,
  rectangleOf,
  rotated,
  rowAfter,
  snapped,
  tidyAngle,
  unitsOf,
} from './geometry';

const bay = outlineOfBox({ x: 100, y: 100, width: 50, height: 100 });
const round = (outline: Outline) => outline.map(([x, y]) => [Math.round(x), Math.round(y)]);

describe('an outline', () => {
  it('is the same in parts of the plan and in its units', () => {
    const size = unitsOf({ width: 400, height: 300 });
    expect(size).toEqual({ width: 1600, height: 1200 });
    const shape = [
      [0.1, 0.1],
      [0.9, 0.1],
      [0.9, 1],
      [0.1, 1],
    ];
    expect(inParts(inUnits(shape, size), size)).toEqual(shape);
    expect(unitsOf({ width: 0, height: 0 })).toEqual(BLANK);
  });

  it('that is a rectangle is known as one however it is turned', () => {
    for (const angle of [0, 30, 90, -45, 180]) {
      const rectangle = rectangleOf(rotated(bay, middleOf(bay), angle));
      expect(rectangle?.width).toBeCloseTo(50);
      expect(rectangle?.height).toBeCloseTo(100);
      expect(rectangle?.angle).toBeCloseTo(angle);
    }
    const [a, b, c] = bay as [[number, number], [number, number], [number, number]];
    expect(rectangleOf([a, b, c, [90, 210]])).toBeNull();
    expect(rectangleOf([a, b, c])).toBeNull();
  });

  it('that crosses itself or encloses nothing is none', () => {
    const [a, b, c, d] = bay as [Outline[0], Outline[0], Outline[0], Outline[0]];
    expect(isSimple(bay)).toBe(true);
    expect(isSimple([a, c, b, d])).toBe(false);
    expect(isSimple([a, b, a])).toBe(false);
    expect(areaOf(bay)).toBe(5000);
  });

  it('stays on the plan however far it is pulled', () => {
    const box = boxOf([bay]);
    expect(heldOnPlan(box, -500, 0, BLANK)).toEqual([-100, 0]);
    expect(heldOnPlan(box, 20, 5000, BLANK)).toEqual([20, BLANK.height - 200]);
    const [dx, dy] = heldOnPlan(box, 9999, 9999, BLANK);
    expect(isOnPlan(moved(bay, dx, dy), BLANK)).toBe(true);
    expect(isOnPlan(moved(bay, dx + 1, dy), BLANK)).toBe(false);
  });

  it('keeps its opposite corner and its angle when one corner is pulled', () => {
    const rectangle = rectangleOf(rotated(bay, middleOf(bay), 30));
    if (!rectangle) throw new Error('it is one');
    const before = outlineOf(rectangle);
    const to = before[2] ?? [0, 0];
    const larger = pulled(rectangle, 2, [to[0] + 40, to[1] + 10], 4);
    expect(round([outlineOf(larger)[0] ?? [0, 0]])).toEqual(round([before[0] ?? [0, 0]]));
    expect(larger.angle).toBe(rectangle.angle);
    const smallest = pulled(rectangle, 2, [-9999, -9999], 4);
    expect([smallest.width, smallest.height]).toEqual([4, 4]);
  });

  it('is lettered as nearly upright as its sides allow', () => {
    expect(letteringOf(bay)).toEqual({ width: 50, height: 100, angle: 0 });
    const lying = letteringOf(rotated(bay, middleOf(bay), 90));
    expect([lying.width, lying.height, lying.angle].map(Math.round)).toEqual([100, 50, 0]);
    for (let angle = -180; angle <= 180; angle += 15) {
      const lettering = letteringOf(rotated(bay, middleOf(bay), angle));
      expect(Math.abs(lettering.angle)).toBeLessThanOrEqual(45);
    }
  });
});

describe('a row', () => {
  it('sets bay beside bay without a gap, or with one', () => {
    const row = rowAfter(bay, { count: 3, gap: 0, angle: 0 }, BLANK);
    expect(row.map((one) => boxOf([one]).x)).toEqual([150, 200, 250]);
    const wide = rowAfter(bay, { count: 2, gap: 10, angle: 0 }, BLANK);
    expect(wide.map((one) => boxOf([one]).x)).toEqual([160, 220]);
  });

  it('goes in any direction, and bays at an angle touch along the row', () => {
    const down = rowAfter(bay, { count: 2, gap: 0, angle: 90 }, BLANK);
    expect(down.map((one) => Math.round(boxOf([one]).y))).toEqual([200, 300]);
    const slanted = rotated(bay, middleOf(bay), 30);
    expect(reachOf(slanted, 0)).toBeCloseTo(50 / Math.cos(Math.PI / 6));
    expect(reachOf(bay, 90)).toBeCloseTo(100);
  });

  it('ends where the plan ends', () => {
    expect(rowAfter(bay, { count: 500, gap: 0, angle: 0 }, BLANK)).toHaveLength(29);
    expect(rowAfter(bay, { count: 5, gap: -50, angle: 0 }, BLANK)).toEqual([]);
  });
});

describe('alignment', () => {
  it('brings what nearly stands in line into line, and says along what', () => {
    const box = boxOf([bay]);
    const other = { x: 200, y: 103, width: 50, height: 100 };
    expect(snapped(box, [other], 6)).toMatchObject({ dx: 0, dy: 3, guides: { x: null } });
    expect(snapped({ ...box, y: 300 }, [other], 6).guides).toEqual({ x: null, y: null });
  });

  it('finds what lies next in a direction', () => {
    const points: [number, number][] = [
      [0, 0],
      [100, 0],
      [60, 80],
      [0, 100],
    ];
    expect(nextIn([0, 0], points, 'right')).toBe(1);
    expect(nextIn([0, 0], points, 'down')).toBe(3);
    expect(nextIn([0, 0], points, 'left')).toBe(-1);
    expect(tidyAngle(540)).toBe(180);
  });
});
