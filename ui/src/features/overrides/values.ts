import dayjs, { type Dayjs } from 'dayjs';
import type { Override, OverrideKind } from '@/api/types';
import { instantOf, wallOf } from '@/components/zoneTime';

/** How, why, and from when until when, as the form has it: the wall clock of the site. */
export type EditValues = {
  kind: OverrideKind;
  reason: string;
  notes: string;
  starts_at: Dayjs | null;
  ends_at: Dayjs | null;
};

export const editFields = ['kind', 'reason', 'notes', 'starts_at', 'ends_at'] as const;

type Window = Pick<Override, 'kind' | 'reason' | 'notes' | 'starts_at' | 'ends_at'>;

const wall = (zone: string, at: string | null | undefined) =>
  at ? dayjs(wallOf(zone, Date.parse(at))) : null;

export function valuesOf(zone: string, one: Window): EditValues {
  return {
    kind: one.kind,
    reason: one.reason,
    notes: one.notes ?? '',
    starts_at: wall(zone, one.starts_at),
    ends_at: wall(zone, one.ends_at),
  };
}

const same = (one: Dayjs | null | undefined, other: Dayjs | null | undefined) =>
  (one?.valueOf() ?? null) === (other?.valueOf() ?? null);

/** What was changed of it, and nothing else: a moment that stays keeps its seconds. */
export function changeOf(zone: string, one: Window, values: EditValues) {
  const base = valuesOf(zone, one);
  const instant = (at: Dayjs) => instantOf(zone, at.format('YYYY-MM-DDTHH:mm:ss'));
  const notes = values.notes?.trim() ?? '';
  return {
    ...(values.kind === base.kind ? {} : { kind: values.kind }),
    ...(values.reason === base.reason ? {} : { reason: values.reason }),
    ...(notes === base.notes ? {} : { notes: notes || null }),
    ...(same(values.starts_at, base.starts_at)
      ? {}
      : { starts_at: values.starts_at ? instant(values.starts_at) : new Date().toISOString() }),
    ...(same(values.ends_at, base.ends_at)
      ? {}
      : { ends_at: values.ends_at ? instant(values.ends_at) : null }),
  };
}
