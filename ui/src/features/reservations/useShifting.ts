import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationChange } from '@/api/types';
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

const iso = (at: number) => new Date(at).toISOString();

/** What is to become different. What stays is not said: the server knows its instants more exactly than we do. */
export const bodyOf = (wish: Wish, before: Wish): ReservationChange => ({
  ...(wish.spaceId !== before.spaceId && { space_id: wish.spaceId }),
  ...(wish.start !== before.start && { start_time: iso(wish.start) }),
  ...(wish.end !== before.end && { end_time: iso(wish.end) }),
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

  const send = (id: string, wish: Wish, before: Wish) =>
    change.mutateAsync({ id, body: bodyOf(wish, before) });

  async function drop(source: Placed, wish: Wish): Promise<boolean> {
    const before = wishOf(source);
    if (isSame(before, wish)) return false;
    setRefusal(null);
    setDropped(wish);
    try {
      await send(source.id, wish, before);
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
    toast.undoable(said, () => send(source.id, before, wish));
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
