import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type {
  ReservationOccurrence,
  ReservationSeriesDetail,
  ReservationSeriesException,
} from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useFormats } from '@/components/format';
import { CalendarOutlined, EditOutlined, SelectOutlined, StopOutlined } from '@/components/icons';
import { ReservationStatusTag } from '@/components/ReservationStatusTag';
import { RowMenu } from '@/components/RowMenu';
import { type DateRow, VerdictTag } from './OccurrenceDates';
import { SeriesCancelDialog } from './SeriesCancelDialog';
import { SeriesChangeDialog } from './SeriesChangeDialog';
import { SeriesRuleDialog } from './SeriesRuleDialog';
import { liesAhead } from './seriesChange';

export type Part = 'ahead' | 'all' | 'leftOut';

/** The dates of a series as rows, in the order of time: its reservations, and what nobody reserved. */
export function useSeriesRows(series: ReservationSeriesDetail, onOpen: (id: string) => void) {
  const { t } = useTranslation();
  const now = Date.now();
  const note = (one: ReservationOccurrence) =>
    [
      one.is_detached && t('series.detached'),
      one.space_id !== series.space_id && t('series.otherBay', { code: one.space_code }),
    ]
      .filter(Boolean)
      .join(', ');
  const ofReservation = (one: ReservationOccurrence): DateRow => ({
    key: one.reservation_id,
    start: one.start_time,
    end: one.end_time,
    status: <ReservationStatusTag status={one.status} />,
    ...(note(one) && { note: note(one) }),
    isMuted: !liesAhead(one, now),
    actions: <OccurrenceActions series={series} one={one} onOpen={onOpen} />,
  });
  const ofException = (one: ReservationSeriesException): DateRow => ({
    key: one.start_time,
    start: one.start_time,
    end: one.end_time,
    status: <VerdictTag verdict={one.reason} />,
    note: t('series.notReserved'),
    isMuted: true,
  });
  const inTime = (rows: DateRow[]) =>
    rows.toSorted((one, other) => Date.parse(one.start) - Date.parse(other.start));
  const { occurrences, exceptions } = series;
  const leftOut = exceptions.map(ofException);
  const rows: Record<Part, () => DateRow[]> = {
    ahead: () => occurrences.filter((one) => liesAhead(one, now)).map(ofReservation),
    all: () => [...occurrences.map(ofReservation), ...leftOut],
    leftOut: () => leftOut,
  };
  const names: Part[] = leftOut.length > 0 ? ['ahead', 'all', 'leftOut'] : ['ahead', 'all'];
  return { names, of: (part: Part) => inTime(rows[part]()) };
}

type Props = {
  series: ReservationSeriesDetail;
  one: ReservationOccurrence;
  onOpen: (id: string) => void;
};

/** What one may do to one of them, and from it to those that follow. */
function OccurrenceActions({ series, one, onOpen }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const navigate = useNavigate();
  const mayNotBook = useEstateRefusal('reservations:book');
  const [asked, setAsked] = useState<'change' | 'rule' | 'cancel' | null>(null);
  const over = liesAhead(one, Date.now()) ? null : t('series.begun');
  const of = {
    seriesId: series.id,
    reservationId: one.reservation_id,
    code: one.space_code,
    onClose: () => setAsked(null),
  };
  const onChanged = (next: string) => next !== series.id && void navigate(paths.series(next));
  return (
    <>
      <RowMenu
        label={t('series.actionsOf', { at: formats.instantIn(series.timezone, one.start_time) })}
        actions={[
          {
            key: 'open',
            label: t('series.open'),
            icon: <SelectOutlined />,
            onPick: () => onOpen(one.reservation_id),
          },
          {
            key: 'change',
            label: t('series.changeSome'),
            icon: <EditOutlined />,
            refusal: mayNotBook ?? over,
            onPick: () => setAsked('change'),
          },
          {
            key: 'rule',
            label: t('series.changeRuleFrom'),
            icon: <CalendarOutlined />,
            refusal: mayNotBook ?? over,
            onPick: () => setAsked('rule'),
          },
          {
            key: 'cancel',
            label: t('series.cancelSome'),
            icon: <StopOutlined />,
            isDanger: true,
            refusal: mayNotBook ?? over,
            onPick: () => setAsked('cancel'),
          },
        ]}
      />
      {asked === 'change' && <SeriesChangeDialog {...of} onChanged={onChanged} />}
      {asked === 'rule' && <SeriesRuleDialog {...of} onChanged={onChanged} />}
      {asked === 'cancel' && <SeriesCancelDialog {...of} />}
    </>
  );
}
