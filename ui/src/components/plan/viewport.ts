/** Which part of a drawing one sees, and how pointers and wheels change that. */
import { type PointerEvent, type RefCallback, useCallback, useMemo, useRef, useState } from 'react';
import type { Box, Corner, Size } from './geometry';

const ZOOM_STEP = 1.3;
const ZOOM_MAX = 24;
/** A pointer that has moved no further has clicked. */
export const CLICK_PIXELS_MAX = 4;
const MARGIN = 0.02;

function whole({ width, height }: Size): Box {
  const [mx, my] = [width * MARGIN, height * MARGIN];
  return { x: -mx, y: -my, width: width + 2 * mx, height: height + 2 * my };
}

/** The same view nearer or further, with one point where it was. */
export function zoomed(box: Box, size: Size, factor: number, at: Corner): Box {
  const all = whole(size);
  const width = Math.min(Math.max(box.width / factor, all.width / ZOOM_MAX), all.width);
  const scale = width / box.width;
  const next = {
    x: at[0] - (at[0] - box.x) * scale,
    y: at[1] - (at[1] - box.y) * scale,
    width,
    height: box.height * scale,
  };
  return held(next, all);
}

/** The middle of what one sees stays on the drawing. */
function held(box: Box, all: Box): Box {
  const hold = (start: number, length: number, from: number, side: number) =>
    length >= side
      ? from - (length - side) / 2
      : Math.min(Math.max(start, from), from + side - length);
  return {
    ...box,
    x: hold(box.x, box.width, all.x, all.width),
    y: hold(box.y, box.height, all.y, all.height),
  };
}

export type Viewport = ReturnType<typeof useViewport>;

export function useViewport(size: Size) {
  const [box, setBox] = useState(() => whole(size));
  const [shownSize, setShownSize] = useState(size);
  // Another picture is another drawing: all of it first.
  if (shownSize !== size) {
    setShownSize(size);
    setBox(whole(size));
  }
  const [frame, setFrame] = useState({ width: 1000, height: 700 });
  const svg = useRef<SVGSVGElement | null>(null);
  const all = useMemo(() => whole(size), [size]);
  const unitsPerPixel = Math.max(box.width / frame.width, box.height / frame.height);

  const toUnits = useCallback((x: number, y: number): Corner => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(x, y).matrixTransform(matrix.inverse());
    return [point.x, point.y];
  }, []);

  const zoomBy = useCallback(
    (factor: number, at?: Corner) =>
      setBox((now) =>
        zoomed(now, size, factor, at ?? [now.x + now.width / 2, now.y + now.height / 2]),
      ),
    [size],
  );
  const panBy = useCallback(
    (dx: number, dy: number) =>
      setBox((now) => held({ ...now, x: now.x + dx, y: now.y + dy }, all)),
    [all],
  );
  const fit = useCallback(() => setBox(whole(size)), [size]);
  const show = useCallback(
    ([x, y]: Corner) =>
      setBox((now) => {
        const isSeen =
          x >= now.x && y >= now.y && x <= now.x + now.width && y <= now.y + now.height;
        if (isSeen) return now;
        return held({ ...now, x: x - now.width / 2, y: y - now.height / 2 }, all);
      }),
    [all],
  );

  // A wheel that zooms must not scroll the page, which only a listener of our own can prevent.
  const ref: RefCallback<SVGSVGElement> = useCallback(
    (element) => {
      svg.current = element;
      if (!element) return;
      const onWheel = (event: WheelEvent) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoomBy(Math.exp(-event.deltaY / 300), toUnits(event.clientX, event.clientY));
      };
      element.addEventListener('wheel', onWheel, { passive: false });
      const observer = new ResizeObserver(() => {
        const { width, height } = element.getBoundingClientRect();
        if (width > 0 && height > 0) setFrame({ width, height });
      });
      observer.observe(element);
      return () => {
        observer.disconnect();
        element.removeEventListener('wheel', onWheel);
        svg.current = null;
      };
    },
    [zoomBy, toUnits],
  );

  const zoom = all.width / box.width;
  return {
    ref,
    box,
    zoom,
    unitsPerPixel,
    toUnits,
    zoomBy,
    zoomIn: () => zoomBy(ZOOM_STEP),
    zoomOut: () => zoomBy(1 / ZOOM_STEP),
    panBy,
    fit,
    show,
    isWhole: zoom <= 1.001,
  };
}

/** Pulling the drawing about with one pointer, and nearer or further with two. */
export function usePanning({ panBy, zoomBy, toUnits, unitsPerPixel }: Viewport) {
  const pointers = useRef(new Map<number, { x: number; y: number; isMoving: boolean }>());
  return {
    onPointerDown({ pointerId, clientX: x, clientY: y }: PointerEvent<SVGSVGElement>) {
      pointers.current.set(pointerId, { x, y, isMoving: false });
    },
    onPointerMove(event: PointerEvent<SVGSVGElement>) {
      const { pointerId, clientX: x, clientY: y, currentTarget } = event;
      const before = pointers.current.get(pointerId);
      if (!before) return;
      const others = [...pointers.current].filter(([id]) => id !== pointerId);
      const [dx, dy] = [x - before.x, y - before.y];
      // A click keeps its target until it turns out to be a pull.
      if (!before.isMoving && Math.hypot(dx, dy) < CLICK_PIXELS_MAX) return;
      if (!before.isMoving) currentTarget.setPointerCapture(pointerId);
      pointers.current.set(pointerId, { x, y, isMoving: true });
      const [[, other] = []] = others;
      if (other) {
        const [was, is] = [
          Math.hypot(before.x - other.x, before.y - other.y),
          Math.hypot(x - other.x, y - other.y),
        ];
        if (was > 0 && is > 0) zoomBy(is / was, toUnits((x + other.x) / 2, (y + other.y) / 2));
      } else panBy(-dx * unitsPerPixel, -dy * unitsPerPixel);
    },
    onPointerUp({ pointerId }: PointerEvent<SVGSVGElement>) {
      pointers.current.delete(pointerId);
    },
    onPointerCancel({ pointerId }: PointerEvent<SVGSVGElement>) {
      pointers.current.delete(pointerId);
    },
    onPointerLeave({ pointerId }: PointerEvent<SVGSVGElement>) {
      if (!pointers.current.get(pointerId)?.isMoving) pointers.current.delete(pointerId);
    },
  };
}
