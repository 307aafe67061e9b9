/** What pointers do on the canvas: select, pull about, turn, reshape and draw. */
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import {
  type Box,
  boxBetween,
  boxOf,
  type Corner,
  doBoxesMeet,
  type Guides,
  heldOnPlan,
  moved,
  type Outline,
  outlineOfBox,
  type Size,
  snapped,
} from '@/components/plan/geometry';
import { CLICK_PIXELS_MAX, type Viewport } from '@/components/plan/viewport';
import { type Grip, gripped } from './Handles';
import { centreOf, type Editor } from './useEditor';

export type Tool = 'select' | 'rectangle' | 'corners' | 'pan';

type Gesture =
  | { kind: 'move'; from: Corner; by: Corner; guides: Guides; box: Box; others: Box[]; key: string }
  | { kind: 'marquee'; from: Corner; to: Corner; kept: ReadonlySet<string> }
  | { kind: 'draw'; from: Corner; to: Corner }
  | { kind: 'grip'; grip: Grip; from: Corner; outlines: ReadonlyMap<string, Outline> };

const SNAP_PIXELS = 7;
const LEAST_PIXELS = 6;
const NO_GUIDES: Guides = { x: null, y: null };

export type PointerOptions = {
  editor: Editor;
  viewport: Viewport;
  tool: Tool;
  size: Size;
  isSnapping: boolean;
  isFree: boolean;
  isReadOnly: boolean;
  onDrawn: () => void;
};

const keyAt = (target: EventTarget): string | null =>
  target instanceof Element
    ? (target.closest('[data-key]')?.getAttribute('data-key') ?? null)
    : null;

const gripAt = (target: EventTarget): Grip | null => {
  const name = target instanceof Element ? target.getAttribute('data-grip') : null;
  if (name === 'turn') return { kind: 'turn' };
  return name === null ? null : { kind: 'corner', corner: Number(name) };
};

/** What a pointer does with the tool that is chosen. */
export function usePointer(props: PointerOptions) {
  const { editor, viewport, tool, size, isSnapping, isFree, isReadOnly, onDrawn } = props;
  const { drawing, selected, items } = editor;
  const { toUnits, unitsPerPixel } = viewport;
  const [gesture, setGesture] = useState<Gesture | null>(null);
  const [corners, setCorners] = useState<Corner[]>([]);
  const [hover, setHover] = useState<Corner | null>(null);
  const down = useRef<Corner>([0, 0]);
  const boxes = useMemo(
    () => drawing.map(({ key, outline }) => ({ key, box: boxOf([outline]) })),
    [drawing],
  );
  const tolerance = SNAP_PIXELS * unitsPerPixel;

  /** A point on the plan, in line with the bays around it unless one holds Alt. */
  function pointAt(event: PointerEvent, isAligned = true): Corner {
    const raw = toUnits(event.clientX, event.clientY);
    const [x, y] = heldOnPlan({ x: raw[0], y: raw[1], width: 0, height: 0 }, 0, 0, size);
    const point: Corner = [raw[0] + x, raw[1] + y];
    if (!isAligned || !isSnapping || event.altKey) return point;
    const others = boxes.filter(({ key }) => !selected.has(key)).map(({ box }) => box);
    const near = { x: point[0], y: point[1], width: 0, height: 0 };
    const { dx, dy } = snapped(near, others, tolerance);
    return [point[0] + dx, point[1] + dy];
  }

  function press(event: PointerEvent<SVGSVGElement>) {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus({ preventScroll: true });
    down.current = [event.clientX, event.clientY];
    if (tool === 'rectangle') {
      const from = pointAt(event);
      setGesture({ kind: 'draw', from, to: from });
    } else if (tool === 'corners') addCorner(pointAt(event));
    else pressToSelect(event);
  }

  function pressToSelect(event: PointerEvent<SVGSVGElement>) {
    const from = toUnits(event.clientX, event.clientY);
    const grip = isReadOnly ? null : gripAt(event.target);
    if (grip) {
      setGesture({ kind: 'grip', grip, from, outlines: new Map() });
      return;
    }
    const key = keyAt(event.target);
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (key === null) {
      const kept = isAdding ? selected : new Set<string>();
      if (!isAdding && selected.size > 0) editor.select([]);
      setGesture({ kind: 'marquee', from, to: from, kept });
      return;
    }
    if (isAdding) {
      const next = new Set(selected);
      if (!next.delete(key)) next.add(key);
      editor.select(next);
      return;
    }
    const now = selected.has(key) ? selected : new Set([key]);
    if (now !== selected) editor.select(now);
    if (isReadOnly) return;
    const own = boxes.filter((one) => now.has(one.key));
    const others = boxes.filter((one) => !now.has(one.key)).map(({ box }) => box);
    const box = boxOf(own.map((one) => outlineOfBox(one.box)));
    setGesture({ kind: 'move', from, by: [0, 0], guides: NO_GUIDES, box, others, key });
  }

  function addCorner(corner: Corner) {
    const next = [...corners, corner];
    if (next.length < 4) {
      setCorners(next);
      return;
    }
    setCorners([]);
    editor.add([next]);
    onDrawn();
  }

  function pull(event: PointerEvent<SVGSVGElement>) {
    if (tool === 'corners') setHover(pointAt(event));
    if (!gesture) return;
    const to = toUnits(event.clientX, event.clientY);
    switch (gesture.kind) {
      case 'draw':
        setGesture({ ...gesture, to: pointAt(event) });
        break;
      case 'marquee':
        setGesture({ ...gesture, to });
        break;
      case 'grip': {
        const at = gesture.grip.kind === 'corner' ? pointAt(event) : to;
        const options = {
          isFree,
          isSnapping: isSnapping && !event.altKey,
          centre: centreOf(items),
        };
        setGesture({
          ...gesture,
          outlines: gripped(items, gesture.grip, { from: gesture.from, to: at, ...options }),
        });
        break;
      }
      case 'move': {
        const { from, box, others } = gesture;
        const [rawX, rawY] = heldOnPlan(box, to[0] - from[0], to[1] - from[1], size);
        const near = { ...box, x: box.x + rawX, y: box.y + rawY };
        const isFar = !isSnapping || event.altKey;
        const { dx, dy, guides } = isFar
          ? { dx: 0, dy: 0, guides: NO_GUIDES }
          : snapped(near, others, tolerance);
        const by = heldOnPlan(box, rawX + dx, rawY + dy, size);
        setGesture({ ...gesture, by, guides });
      }
    }
  }

  function release(event: PointerEvent<SVGSVGElement>) {
    if (!gesture) return;
    setGesture(null);
    const [x, y] = down.current;
    const isClick = Math.hypot(event.clientX - x, event.clientY - y) < CLICK_PIXELS_MAX;
    switch (gesture.kind) {
      case 'draw': {
        const box = boxBetween(gesture.from, gesture.to);
        const least = LEAST_PIXELS * unitsPerPixel;
        if (box.width < least || box.height < least) return;
        editor.add([outlineOfBox(box)]);
        onDrawn();
        break;
      }
      case 'marquee': {
        if (isClick) return;
        const box = boxBetween(gesture.from, gesture.to);
        const inside = boxes.filter((one) => doBoxesMeet(one.box, box)).map(({ key }) => key);
        editor.select([...gesture.kept, ...inside]);
        break;
      }
      case 'grip':
        if (gesture.outlines.size > 0) {
          const { outlines } = gesture;
          editor.change(({ key, outline }) => outlines.get(key) ?? outline);
        }
        break;
      case 'move': {
        const [dx, dy] = gesture.by;
        if (isClick) editor.select([gesture.key]);
        else editor.change(({ outline }) => moved(outline, dx, dy));
      }
    }
  }

  return {
    gesture,
    corners: tool === 'corners' ? corners : [],
    hover,
    handlers: {
      onPointerDown: press,
      onPointerMove: pull,
      onPointerUp: release,
      onPointerCancel: () => setGesture(null),
    },
  };
}
