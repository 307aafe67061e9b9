import type { TFunction } from 'i18next';
import type { Ghost } from './CalendarRow';
import type { Draft } from './useShifting';
import type { Words } from './useWords';

/** What is held, where it would lie and what is against it; and once at the beginning, which keys there are. */
export function sayDraft(
  t: TFunction,
  words: Words,
  draft: Draft,
  { wish, fault }: Ghost,
  code: string,
): string {
  const { source, grip } = draft;
  const isNew =
    source !== null &&
    wish.spaceId === source.spaceId &&
    wish.start === source.start &&
    wish.end === source.end;
  const place = `${code}, ${words.span(wish)}`;
  if (isNew) return `${t(`calendar.held.${grip === 'create' ? 'move' : grip}`)} ${place}`;
  return fault ? `${place}. ${words.fault(fault)}` : `${place}. ${t('calendar.fits')}`;
}
