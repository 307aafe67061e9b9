import { type RefObject, useEffect, useState } from 'react';

/** How high a row is, the head above them, and how wide the names beside them; the style sheet knows them too. */
export const ROW = 44;
export const HEAD = 48;
export const LABEL = 132;

/** Rows beyond the edges that are drawn already. */
const AHEAD = 8;
/** The rows are looked at anew when they were moved so far. */
const STEP = 4;
/** Before anything is known of the height. */
const USUAL_HEIGHT = 640;

/** Which rows of a frame that scrolls are in sight, or soon may be. */
export function useRowsInView(frame: RefObject<HTMLElement | null>, count: number) {
  const [seen, setSeen] = useState({ from: 0, to: Math.ceil(USUAL_HEIGHT / ROW) + AHEAD });
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const look = () => {
      const first = Math.floor(element.scrollTop / ROW / STEP) * STEP;
      const fit = Math.ceil((element.clientHeight || USUAL_HEIGHT) / ROW);
      const next = { from: Math.max(0, first - AHEAD), to: first + fit + STEP + AHEAD };
      setSeen((last) => (last.from === next.from && last.to === next.to ? last : next));
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [frame]);
  return { from: Math.min(seen.from, Math.max(0, count - 1)), to: Math.min(seen.to, count) };
}
