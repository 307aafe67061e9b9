import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SpaceState } from '@/api/types';
import { spaceStateNames, useBayWords } from '../bays';
import { useFormats } from '../format';
import { type Direction, inUnits, middleOf, nextIn, type Size } from './geometry';
import { PlanBay, type PlannedBay, StateMark } from './PlanBay';
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
export function LevelPlan({ label, size, url, bays, openId, onOpen }: Props) {
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

  // The same function for all bays as long as they lie where they lie: they are drawn once.
  const onKeyDown = useCallback(
    (event: KeyboardEvent, id: string) => {
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
    [bays, middles, onOpen, show],
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
            label={`${bay.code}, ${words.state(bay.state)}`}
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

/** What the marks mean, and how many bays of the plan bear each. */
export function PlanLegend({ counts }: { counts: Record<SpaceState, number> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  return (
    <ul className={styles.legend} aria-label={t('plan.legend')}>
      {spaceStateNames.map((state) => (
        <li key={state}>
          <svg viewBox="-14 -14 28 28" aria-hidden="true" className={styles.legendMark}>
            <StateMark state={state} letter={words.letter(state)} radius={11} />
          </svg>
          {words.state(state)}
          <strong>{formats.number(counts[state])}</strong>
        </li>
      ))}
    </ul>
  );
}
