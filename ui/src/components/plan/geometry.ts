/**
 * Where bays lie on a drawing. The server keeps corners as parts of the drawing's sides; here they are
 * in units of the drawing, in which a right angle is one whatever the drawing's proportions.
 */
export type Corner = readonly [x: number, y: number];
export type Outline = readonly Corner[];
export type Size = { width: number; height: number };
export type Box = { x: number; y: number; width: number; height: number };
export type Rectangle = { centre: Corner; width: number; height: number; angle: number };

/** Less than this is lost in calculating, in units. */
const HAIR = 1e-6;
const RIGHT_ANGLE_TOLERANCE = 1e-3;
/** The longer side of every drawing in units, so that a bay is as large in one as in the other. */
const LONG_SIDE = 1600;
/** What one draws on without a picture: about the proportions of a sheet of paper. */
export const BLANK: Size = { width: LONG_SIDE, height: 1130 };

/** The units of a picture of so many pixels. */
export function unitsOf({ width, height }: Size): Size {
  if (!(width > 0 && height > 0)) return BLANK;
  const scale = LONG_SIDE / Math.max(width, height);
  return { width: width * scale, height: height * scale };
}

export const inUnits = (shape: readonly (readonly number[])[], { width, height }: Size): Outline =>
  shape.map(([x = 0, y = 0]) => [x * width, y * height]);

/** As the server keeps it; what lies beside the drawing by less than a hair lies on its edge. */
export function inParts(outline: Outline, { width, height }: Size): [number, number][] {
  const part = (value: number) => {
    const onto = Math.abs(value - Math.round(value)) < 1e-9 ? Math.round(value) : value;
    return Math.round(onto * 1e7) / 1e7;
  };
  return outline.map(([x, y]) => [part(x / width), part(y / height)]);
}

export const moved = (outline: Outline, dx: number, dy: number): Outline =>
  outline.map(([x, y]) => [x + dx, y + dy]);

export function boxOf(outlines: readonly Outline[]): Box {
  const xs = outlines.flatMap((outline) => outline.map(([x]) => x));
  const ys = outlines.flatMap((outline) => outline.map(([, y]) => y));
  if (xs.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

export const boxBetween = ([ax, ay]: Corner, [bx, by]: Corner): Box => ({
  x: Math.min(ax, bx),
  y: Math.min(ay, by),
  width: Math.abs(ax - bx),
  height: Math.abs(ay - by),
});

export const doBoxesMeet = (one: Box, other: Box): boolean =>
  one.x <= other.x + other.width &&
  other.x <= one.x + one.width &&
  one.y <= other.y + other.height &&
  other.y <= one.y + one.height;

export const centreOfBox = ({ x, y, width, height }: Box): Corner => [
  x + width / 2,
  y + height / 2,
];

/** The middle of its corners, where its code is written. */
export function middleOf(outline: Outline): Corner {
  const sum = outline.reduce(([sx, sy], [x, y]): Corner => [sx + x, sy + y], [0, 0] as Corner);
  return [sum[0] / outline.length, sum[1] / outline.length];
}

const inRadians = (degrees: number) => (degrees * Math.PI) / 180;

export function rotated(outline: Outline, [cx, cy]: Corner, degrees: number): Outline {
  const [sin, cos] = [Math.sin(inRadians(degrees)), Math.cos(inRadians(degrees))];
  return outline.map(([x, y]) => [
    cx + (x - cx) * cos - (y - cy) * sin,
    cy + (x - cx) * sin + (y - cy) * cos,
  ]);
}

export function outlineOf({ centre: [x, y], width, height, angle }: Rectangle): Outline {
  const [w, h] = [width / 2, height / 2];
  const upright: Outline = [
    [x - w, y - h],
    [x + w, y - h],
    [x + w, y + h],
    [x - w, y + h],
  ];
  return angle === 0 ? upright : rotated(upright, [x, y], angle);
}

export const outlineOfBox = (box: Box): Outline =>
  outlineOf({ centre: centreOfBox(box), width: box.width, height: box.height, angle: 0 });

/** The rectangle an outline is, or null if its corners are not all right angles. */
export function rectangleOf(outline: Outline): Rectangle | null {
  const [a, b, c, d] = outline;
  if (!a || !b || !c || !d || outline.length !== 4) return null;
  const [width, height] = [distance(a, b), distance(b, c)];
  if (width < HAIR || height < HAIR) return null;
  const leans = [
    [a, b, c],
    [b, c, d],
    [c, d, a],
  ].some(([p, q, r]) => {
    if (!p || !q || !r) return true;
    const dot = (q[0] - p[0]) * (r[0] - q[0]) + (q[1] - p[1]) * (r[1] - q[1]);
    return Math.abs(dot) > RIGHT_ANGLE_TOLERANCE * distance(p, q) * distance(q, r);
  });
  if (leans) return null;
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
  return { centre: middleOf(outline), width, height, angle: tidyAngle(angle) };
}

/** From -180 (not) to 180, without the dust of calculating. */
export function tidyAngle(degrees: number): number {
  const around = ((((degrees + 180) % 360) + 360) % 360) - 180;
  const tidy = Math.round(around * 1000) / 1000;
  return tidy === -180 ? 180 : tidy === 0 ? 0 : tidy;
}

export const distance = ([ax, ay]: Corner, [bx, by]: Corner): number =>
  Math.hypot(bx - ax, by - ay);

/** Twice the area of a triangle: positive, negative or nothing as it turns. */
const turn = ([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

export function areaOf(outline: Outline): number {
  const twice = outline.reduce((sum, [x, y], index) => {
    const [nx, ny] = outline[(index + 1) % outline.length] ?? [x, y];
    return sum + x * ny - nx * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** Whether something could stand in it: it has an area, and no edge crosses another. */
export function isSimple(outline: Outline): boolean {
  if (outline.length < 3 || areaOf(outline) < 1) return false;
  const edges = outline.map((from, index) => {
    const to = outline[(index + 1) % outline.length] ?? from;
    return { from, to };
  });
  return !edges.some((one, i) =>
    edges.some((other, j) => {
      const isNeighbour = Math.abs(i - j) <= 1 || Math.abs(i - j) === edges.length - 1;
      if (isNeighbour) return false;
      const ends = turn(one.from, one.to, other.from) * turn(one.from, one.to, other.to);
      const sides = turn(other.from, other.to, one.from) * turn(other.from, other.to, one.to);
      return ends <= 0 && sides <= 0;
    }),
  );
}

export function isOnPlan(outline: Outline, { width, height }: Size): boolean {
  return outline.every(
    ([x, y]) => x >= -HAIR && y >= -HAIR && x <= width + HAIR && y <= height + HAIR,
  );
}

/** As far as something may go without leaving the drawing. */
export function heldOnPlan(box: Box, dx: number, dy: number, size: Size): Corner {
  const hold = (shift: number, start: number, length: number, side: number) =>
    Math.min(Math.max(shift, -start), Math.max(side - start - length, -start));
  return [hold(dx, box.x, box.width, size.width), hold(dy, box.y, box.height, size.height)];
}

/** The longest way through an outline in a direction: so far apart, one touches the next. */
export function reachOf(outline: Outline, degrees: number): number {
  const [ux, uy] = [Math.cos(inRadians(degrees)), Math.sin(inRadians(degrees))];
  // In a frame whose first axis is the direction; the longest way begins or ends at a corner.
  const turned = outline.map(([x, y]): Corner => [x * ux + y * uy, y * ux - x * uy]);
  const reaches = turned.map(([, at]) => {
    const crossings = turned.flatMap(([fx, fy], index) => {
      const [tx, ty] = turned[(index + 1) % turned.length] ?? [fx, fy];
      if (Math.abs(fy - at) < HAIR) return [fx];
      if ((fy - at) * (ty - at) >= 0) return [];
      return [fx + ((tx - fx) * (at - fy)) / (ty - fy)];
    });
    return Math.max(...crossings) - Math.min(...crossings);
  });
  return Math.max(0, ...reaches);
}

/** Those that follow an outline in a row, each so far from the one before it; those on the drawing. */
export function rowAfter(
  outline: Outline,
  { count, gap, angle }: { count: number; gap: number; angle: number },
  size: Size,
): Outline[] {
  const step = reachOf(outline, angle) + gap;
  if (step < 1) return [];
  const [ux, uy] = [Math.cos(inRadians(angle)), Math.sin(inRadians(angle))];
  const row: Outline[] = [];
  for (let n = 1; n <= count; n += 1) {
    // Each from the first: adding up step by step adds up what is lost in calculating, too.
    const next = moved(outline, ux * step * n, uy * step * n);
    if (!isOnPlan(next, size)) break;
    row.push(next);
  }
  return row;
}

export type Guides = { x: number | null; y: number | null };

/** The little that brings an edge or the middle of a box into line with one of the others. */
export function snapped(
  box: Box,
  others: readonly Box[],
  tolerance: number,
): { dx: number; dy: number; guides: Guides } {
  const best = (own: number[], lines: number[]) => {
    let found: { shift: number; line: number } | null = null;
    for (const line of lines) {
      for (const at of own) {
        const shift = line - at;
        if (Math.abs(shift) <= Math.abs(found?.shift ?? tolerance)) found = { shift, line };
      }
    }
    return found;
  };
  const span = (start: number, length: number) => [start, start + length / 2, start + length];
  const x = best(
    span(box.x, box.width),
    others.flatMap((other) => span(other.x, other.width)),
  );
  const y = best(
    span(box.y, box.height),
    others.flatMap((other) => span(other.y, other.height)),
  );
  return {
    dx: x?.shift ?? 0,
    dy: y?.shift ?? 0,
    guides: { x: x?.line ?? null, y: y?.line ?? null },
  };
}

/** The rectangle with one corner pulled elsewhere: the opposite one stays, and the angle. */
export function pulled(rectangle: Rectangle, corner: number, to: Corner, least: number): Rectangle {
  const outline = outlineOf(rectangle);
  const fixed = outline[(corner + 2) % 4] ?? rectangle.centre;
  const [flat = [to], flatFixed = [fixed]] = [
    rotated([to], fixed, -rectangle.angle),
    rotated([fixed], fixed, -rectangle.angle),
  ];
  const [[tx, ty] = to] = flat;
  const [[fx, fy] = fixed] = flatFixed;
  const signX = corner === 1 || corner === 2 ? 1 : -1;
  const signY = corner >= 2 ? 1 : -1;
  const width = Math.max(least, (tx - fx) * signX);
  const height = Math.max(least, (ty - fy) * signY);
  const flatCentre: Corner = [fx + (signX * width) / 2, fy + (signY * height) / 2];
  const [centre = rectangle.centre] = rotated([flatCentre], fixed, rectangle.angle);
  return { centre, width, height, angle: rectangle.angle };
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Which of some points lies next in a direction; what lies straight ahead before what lies aside. */
export function nextIn(from: Corner, points: readonly Corner[], direction: Direction): number {
  const axis = direction === 'left' || direction === 'right' ? 0 : 1;
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  points.forEach((point, index) => {
    const ahead = (point[axis] - from[axis]) * sign;
    const aside = Math.abs((point[1 - axis] ?? 0) - (from[1 - axis] ?? 0));
    if (ahead <= HAIR) return;
    const cost = ahead + aside * 2;
    if (cost < least) [least, best] = [cost, index];
  });
  return best;
}

/** The frame in which an outline is lettered: as nearly upright as its sides allow. */
export function letteringOf(outline: Outline): { width: number; height: number; angle: number } {
  const rectangle = rectangleOf(outline);
  if (!rectangle) {
    // Between sides that lean there is less room than the box around them has.
    const { width, height } = boxOf([outline]);
    return { width: width * 0.8, height: height * 0.8, angle: 0 };
  }
  const quarters = Math.round(rectangle.angle / 90);
  const isOnItsSide = quarters % 2 !== 0;
  return {
    width: isOnItsSide ? rectangle.height : rectangle.width,
    height: isOnItsSide ? rectangle.width : rectangle.height,
    angle: tidyAngle(rectangle.angle - quarters * 90),
  };
}
