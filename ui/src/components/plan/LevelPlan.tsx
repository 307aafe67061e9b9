import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SpaceState } from '@/api/types';
import { spaceStateNames, useBayWords } from '../bays';
import { useFormats } from '../format';
import { type Direction, inUnits, middleOf, nextIn, type Size } from './geometry';
import { PlanBay, type PlannedBay, StateSign } from './PlanBay';
import { PlanSheet, ZoomButtons } from './PlanSheet';
import styles from './plan.module.css';
import { usePanning, useViewport } from './viewport';

const directions: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

type Props = {
  label: string;
  size: Size;
  url: string | null;
  bays: readonly PlannedBay[];
  openId: string | null;
  onOpen: (id: string) => void;
};

/** A level as it is now: every bay in its place, with its state. Arrow keys lead from bay to bay. */
export function LevelPlan({ label, size, url, bays: given, openId, onOpen }: Props) {
  const bays = useHeld(given);
  const { t } = useTranslation();
  const words = useBayWords();
  const viewport = useViewport(size);
  const panning = usePanning(viewport);
  const sheet = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<string | null>(null);
  const stopId = bays.some(({ id }) => id === stop) ? stop : (bays[0]?.id ?? null);
  const middles = useMemo(
    () => bays.map(({ shape }) => middleOf(inUnits(shape, size))),
    [bays, size],
  );
  const { show } = viewport;

  // The same function whatever changes: what is drawn by it is not drawn again.
  const around = useRef({ bays, middles });
  useEffect(() => {
    around.current = { bays, middles };
  }, [bays, middles]);
  const onKeyDown = useCallback(
    (event: KeyboardEvent, id: string) => {
      const { bays, middles } = around.current;
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        onOpen(id);
        return;
      }
      const direction = directions[event.key];
      const from = middles[bays.findIndex((bay) => bay.id === id)];
      if (!direction || !from) return;
      event.preventDefault();
      const next = nextIn(from, middles, direction);
      const [bay, middle] = [bays[next], middles[next]];
      if (!bay || !middle) return;
      setStop(bay.id);
      show(middle);
      sheet.current?.querySelector<SVGGElement>(`[data-bay="${bay.id}"]`)?.focus();
    },
    [onOpen, show],
  );

  return (
    <div ref={sheet} className={styles.frame} style={{ aspectRatio: size.width / size.height }}>
      <PlanSheet
        size={size}
        url={url}
        viewport={viewport}
        role="group"
        aria-label={label}
        className={viewport.isWhole ? styles.scrolling : styles.pulling}
        {...panning}
      >
        {bays.map((bay) => (
          <PlanBay
            key={bay.id}
            bay={bay}
            size={size}
            letter={words.letter(bay.state)}
            label={[
              bay.code,
              words.state(bay.state),
              ...(bay.isAlarmed ? [t('bays.attention')] : []),
            ].join(', ')}
            isOpen={bay.id === openId}
            isStop={bay.id === stopId}
            onOpen={onOpen}
            onFocus={setStop}
            onKeyDown={onKeyDown}
          />
        ))}
      </PlanSheet>
      <ZoomButtons viewport={viewport} />
    </div>
  );
}

/** Each bay as the object it was before, unless something of it changed: only that is drawn again. */
function useHeld(bays: readonly PlannedBay[]): readonly PlannedBay[] {
  const last = useRef(new Map<string, PlannedBay>());
  return useMemo(() => {
    const held = bays.map((bay) => {
      const was = last.current.get(bay.id);
      return was && isSame(was, bay) ? was : bay;
    });
    last.current = new Map(held.map((bay) => [bay.id, bay]));
    return held;
  }, [bays]);
}

const isSame = (a: PlannedBay, b: PlannedBay) =>
  a.state === b.state &&
  a.code === b.code &&
  a.shape === b.shape &&
  (a.isFaint ?? false) === (b.isFaint ?? false) &&
  (a.isAlarmed ?? false) === (b.isAlarmed ?? false);

/** What the marks mean, and how many bays of the plan bear each. */
export function PlanLegend({ counts }: { counts: Record<SpaceState, number> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  return (
    <ul className={styles.legend} aria-label={t('plan.legend')}>
      {spaceStateNames.map((state) => (
        <li key={state}>
          <StateSign state={state} />
          {words.state(state)}
          <strong>{formats.number(counts[state])}</strong>
        </li>
      ))}
    </ul>
  );
}
