import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { LampOfBay, Space } from '@/api/types';
import { useFormats } from '@/components/format';
import { BayTile } from './BayTile';
import styles from './operations.module.css';
import {
  type Alarmed,
  type Group,
  laidOut,
  needsAttention,
  type Row,
  rowsWithin,
  steppedTo,
} from './operationsView';

/** What the style sheet makes of them, in pixels. */
const SIZES = {
  usual: { tile: 84, gap: 8, head: 52, bays: 60 },
  large: { tile: 128, gap: 10, head: 64, bays: 88 },
};
/** How far beyond the screen rows are drawn already. */
const AHEAD = 600;
/** The page is looked at anew when it was moved this far. */
const STEP = 200;

type Props = {
  label: string;
  groups: Group[];
  alarmed: Alarmed;
  lamps?: ReadonlyMap<string, LampOfBay>;
  openId: string | null;
  onOpen: (id: string) => void;
  isLarge?: boolean;
};

/** Every bay as a tile, group by group. Only what is near the screen exists, however many there are. */
export function BayGrid(props: Props) {
  const { label, groups, alarmed, lamps, openId, onOpen, isLarge = false } = props;
  const size = isLarge ? SIZES.large : SIZES.usual;
  const frame = useRef<HTMLDivElement>(null);
  const { width, from, to } = useSeen(frame);
  const columns = Math.max(1, Math.floor((width + size.gap) / (size.tile + size.gap)));
  const { rows, height } = useMemo(() => laidOut(groups, columns, size), [groups, columns, size]);
  const stop = useStop(rows, frame);
  const shown = rowsWithin(rows, from, to);
  // Who is there with the keyboard stays there, also when the page is moved by other means.
  const isShown = shown.some(({ bays }) => bays?.some(({ id }) => id === stop.id));
  const held = isShown
    ? undefined
    : rows.find(({ bays }) => bays?.some(({ id }) => id === stop.id));
  const drawn = held ? [...shown, held].sort((a, b) => a.top - b.top) : shown;
  return (
    <div
      ref={frame}
      role="group"
      aria-label={label}
      className={isLarge ? styles.gridLarge : styles.grid}
      style={{ height }}
    >
      {drawn.map((row) =>
        row.head ? (
          <GroupHead key={row.key} row={row} group={row.head} />
        ) : (
          <div
            key={row.key}
            className={styles.row}
            style={{ top: row.top, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
            {row.bays.map((bay) => (
              <BayTile
                key={bay.id}
                id={bay.id}
                code={bay.code}
                state={bay.state}
                since={bay.state_changed_at}
                isAlarmed={needsAttention(bay, alarmed)}
                lamp={lamps?.get(bay.id)}
                isOpen={bay.id === openId}
                isStop={bay.id === stop.id}
                onOpen={onOpen}
                onFocus={stop.set}
                onKeyDown={stop.onKeyDown}
              />
            ))}
          </div>
        ),
      )}
    </div>
  );
}

function GroupHead({ row, group }: { row: Row; group: Group }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { site, level, zone, bays } = group;
  const free = bays.filter(({ state }) => state === 'free').length;
  const place = [site, level, zone].filter(Boolean).join(', ');
  return (
    <div className={styles.groupHead} style={{ top: row.top, height: row.height }}>
      <h2 className={styles.groupName}>{place || t('operations.noPlace')}</h2>
      <span className={styles.groupCount}>
        {t('operations.freeOf', {
          free: formats.number(free),
          total: formats.number(bays.length),
        })}
      </span>
    </div>
  );
}

/** How wide the grid is, and which part of it is on the screen or soon may be. */
function useSeen(frame: RefObject<HTMLDivElement | null>) {
  const [seen, setSeen] = useState({ width: 0, from: 0, to: AHEAD * 2 });
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const look = () => {
      const { top, width } = element.getBoundingClientRect();
      const start = Math.floor(-top / STEP) * STEP;
      const next = {
        width: Math.floor(width),
        from: start - AHEAD,
        to: start + window.innerHeight + STEP + AHEAD,
      };
      setSeen((last) =>
        last.width === next.width && last.from === next.from && last.to === next.to ? last : next,
      );
    };
    look();
    // What stands above it may grow as well, and moves it.
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    sizes.observe(document.body);
    const options = { capture: true, passive: true };
    document.addEventListener('scroll', look, options);
    window.addEventListener('resize', look);
    return () => {
      sizes.disconnect();
      document.removeEventListener('scroll', look, options);
      window.removeEventListener('resize', look);
    };
  }, [frame]);
  return seen;
}

/** The one bay that Tab leads to, and how arrow keys go on from it. */
function useStop(rows: readonly Row[], frame: RefObject<HTMLDivElement | null>) {
  const [wanted, setWanted] = useState<string | null>(null);
  const lines = useRef(rows);
  const moveTo = useRef<string | null>(null);
  useEffect(() => {
    lines.current = rows;
  }, [rows]);

  const isThere = wanted !== null && rows.some(({ bays }) => bays?.some(({ id }) => id === wanted));
  const first = rows.find(({ bays }) => bays)?.bays?.[0];
  const id = isThere ? wanted : (first?.id ?? null);

  const onKeyDown = useCallback((event: KeyboardEvent, from: string) => {
    const next: Space | null = steppedTo(lines.current, from, event.key);
    if (!next) return;
    event.preventDefault();
    moveTo.current = next.id;
    setWanted(next.id);
  }, []);

  // Its tile may only exist now.
  useEffect(() => {
    if (moveTo.current === null || moveTo.current !== id) return;
    moveTo.current = null;
    const tile = frame.current?.querySelector<HTMLElement>(`[data-bay="${id}"]`);
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: 'nearest' });
  }, [id, frame]);

  return { id, set: setWanted, onKeyDown };
}
