import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useToast } from '@/components/toast';
import { useChangeReservation } from './calendarQueries';
import { type Grip, isSame } from './dragging';
import type { Placed, Wish } from './spans';
import type { Words } from './useWords';

/** What is drawn, moved, extended or shortened at the moment, and by what means. */
export type Draft = {
  grip: Grip;
  wish: Wish;
  /** The reservation it is of; none while one is drawn that does not exist yet. */
  source: Placed | null;
  by: 'pointer' | 'keys';
};

export const wishOf = ({ id, spaceId, start, end }: Placed): Wish => ({ id, spaceId, start, end });

const bodyOf = ({ spaceId, start, end }: Wish) => ({
  space_id: spaceId,
  start_time: new Date(start).toISOString(),
  end_time: new Date(end).toISOString(),
});

type Options = { words: Words; codeOf: (spaceId: string) => string };

/** Gives reservations other times and bays: shown at once, put back if the server refuses. */
export function useShifting({ words, codeOf }: Options) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeReservation();
  const [draft, setDraft] = useState<Draft | null>(null);
  /** Where something was dropped that the server has not judged yet. */
  const [dropped, setDropped] = useState<Wish | null>(null);
  const [refusal, setRefusal] = useState<{ error: unknown; code: string } | null>(null);

  const send = (id: string, wish: Wish) => change.mutateAsync({ id, body: bodyOf(wish) });

  async function drop(source: Placed, wish: Wish): Promise<boolean> {
    const before = wishOf(source);
    if (isSame(before, wish)) return false;
    setRefusal(null);
    setDropped(wish);
    try {
      await send(source.id, wish);
    } catch (error) {
      setRefusal({ error, code: codeOf(wish.spaceId) });
      return false;
    } finally {
      setDropped(null);
    }
    const values = { code: codeOf(wish.spaceId), span: words.span(wish) };
    const isOneOfMany = source.reservation.series_id && !source.reservation.is_detached;
    const said = isOneOfMany
      ? t('calendar.movedOne', values)
      : before.spaceId !== wish.spaceId || before.end - before.start === wish.end - wish.start
        ? t('calendar.moved', values)
        : t('calendar.changed', values);
    toast.undoable(said, () => send(source.id, before));
    return true;
  }

  return {
    draft,
    setDraft,
    dropped,
    drop,
    isSending: change.isPending,
    refusal,
    forgive: () => setRefusal(null),
  };
}

export type Shifting = ReturnType<typeof useShifting>;
