import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Space, SpaceState } from '@/api/types';
import { useBayWords } from '@/components/bays';
import { useFormats } from '@/components/format';
import { Spoken } from '@/components/Spoken';
import { type Change, changesSince } from './operationsView';

/** A listener hears of changes this often and no oftener, however many there are. */
const REST_MS = 8_000;
const FIRST_MS = 700;
/** So many are named; more are counted. */
const NAMED_MAX = 3;

/** Says aloud what changes among the bays that are shown. */
export function Announcer({ bays }: { bays: readonly Space[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  const [said, setSaid] = useState('');
  const before = useRef<ReadonlyMap<string, SpaceState>>(new Map());
  const waiting = useRef(new Map<string, Change>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const saidAt = useRef(Number.NEGATIVE_INFINITY);

  const inWords = (changes: Change[]) =>
    changes.length <= NAMED_MAX
      ? changes.map(({ code, state }) => `${code}: ${words.state(state)}`).join(', ')
      : t('operations.manyChanged', {
          count: changes.length,
          formatted: formats.number(changes.length),
        });
  const speak = useRef(inWords);
  useEffect(() => {
    speak.current = inWords;
  });

  useEffect(() => {
    for (const [id, change] of changesSince(before.current, bays)) waiting.current.set(id, change);
    before.current = new Map(bays.map(({ id, state }) => [id, state]));
    if (waiting.current.size === 0 || timer.current !== undefined) return;
    const wait = Math.max(FIRST_MS, saidAt.current + REST_MS - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      saidAt.current = performance.now();
      const changes = [...waiting.current.values()];
      waiting.current.clear();
      setSaid(speak.current(changes));
    }, wait);
  }, [bays]);

  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <div role="status" data-announcer="">
      <Spoken>{said}</Spoken>
    </div>
  );
}
