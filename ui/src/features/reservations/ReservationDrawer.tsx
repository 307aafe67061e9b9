import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Reservation, ReservationMoment } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ReservationStatusTag } from '@/components/ReservationStatusTag';
import { useOffers } from '@/components/useOffers';
import { InsteadOffer, insteadOf } from './InsteadOffer';
import { historyQuery, reservationQuery } from './queries';
import { ReservationActions } from './ReservationActions';
import styles from './reservations.module.css';
import { dateOf } from './timeAxis';
import { Span } from './useReservationColumns';

type Props = { reservationId: string | null; onClose: () => void };

/** One reservation: where it stands, whose it is, and what happened to it. */
export function ReservationDrawer({ reservationId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(reservationQuery(useTenantId(), reservationId ?? ''));
  const reservation = query.data;
  return (
    <Drawer
      open={reservationId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(620px, 100vw)"
      title={
        reservation ? `${t('reservations.one')} ${reservation.space_code}` : t('reservations.one')
      }
      extra={
        reservation && <ReservationActions reservation={reservation} caption={t('table.actions')} />
      }
    >
      {query.error && (
        <div className={styles.alert}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isLoading && <Skeleton active />}
      {reservation && (
        <div className={styles.details}>
          <NowPart reservation={reservation} age={<DataAge query={query} />} />
          <AboutPart reservation={reservation} />
          <HistoryPart reservation={reservation} />
        </div>
      )}
    </Drawer>
  );
}

/** What else there is to say of where it stands. */
function useNotices(reservation: Reservation): string[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const at = (instant: string) => formats.instantIn(reservation.timezone, instant);
  const { hold_until, checked_in_at, checked_out_at, contested_at, overstayed_at, cancel_reason } =
    reservation;
  return [
    hold_until && t('reservations.heldUntil', { at: at(hold_until) }),
    checked_in_at && t('reservations.cameAt', { at: at(checked_in_at) }),
    checked_out_at && t('reservations.leftAt', { at: at(checked_out_at) }),
    contested_at && t('reservations.contested'),
    overstayed_at && t('reservations.overstayed'),
    cancel_reason && t('reservations.cancelledBecause', { reason: cancel_reason }),
  ].filter((notice): notice is string => Boolean(notice));
}

function NowPart({ reservation, age }: { reservation: Reservation; age: React.ReactNode }) {
  const { t } = useTranslation();
  const notices = useNotices(reservation);
  const offers = useOffers(useTenantId(), reservation.site_id);
  const isOffer = offers.has(reservation.id);
  const { id, site_id, timezone, start_time, series_id, is_detached } = reservation;
  const date = dateOf(timezone, Date.parse(start_time));
  return (
    <section className={styles.now} aria-label={t('reservations.status')}>
      <ReservationStatusTag status={reservation.status} />
      {isOffer && <div>{t('reservations.isOffer')}</div>}
      <div>
        <Span reservation={reservation} />
      </div>
      {notices.map((notice) => (
        <div key={notice}>{notice}</div>
      ))}
      <InsteadOffer reservation={reservation} />
      {series_id && (
        <>
          <div>{is_detached ? t('series.isOneDetached') : t('series.isOne')}</div>
          <Link to={paths.series(series_id)}>{t('series.toSeries')}</Link>
        </>
      )}
      <Link to={paths.calendar({ site: site_id, date, reservation: id })}>
        {t('reservations.onCalendar')}
      </Link>
      <div>{age}</div>
    </section>
  );
}

function AboutPart({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { space_id, space_code, site_id, site_name, holder, notes, erased_at } = reservation;
  return (
    <section>
      <Facts>
        <Fact label={t('reservations.bay')}>
          <Link to={paths.bay(space_id)}>{space_code}</Link>
        </Fact>
        <Fact label={t('reservations.site')}>
          <Link to={paths.site(site_id)}>{site_name}</Link>
        </Fact>
        {holder?.name && <Fact label={t('reservations.name')}>{holder.name}</Fact>}
        {holder?.plate && <Fact label={t('reservations.plate')}>{holder.plate}</Fact>}
        {holder?.email && <Fact label={t('reservations.email')}>{holder.email}</Fact>}
        {notes && <Fact label={t('reservations.notes')}>{notes}</Fact>}
        {erased_at && (
          <Fact label={t('reservations.erased')}>
            {formats.instantIn(reservation.timezone, erased_at)}
          </Fact>
        )}
      </Facts>
    </section>
  );
}

const kinds = [
  'created',
  'updated',
  'confirmed',
  'cancelled',
  'checked_in',
  'checked_out',
  'contested',
  'overstayed',
  'completed',
  'expired',
  'no_show',
] as const;
type Kind = (typeof kinds)[number];

const isKind = (name: string): name is Kind => kinds.some((known) => known === name);

function HistoryPart({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation();
  const query = useQuery(historyQuery(useTenantId(), reservation.id));
  return (
    <section>
      <h2 className={styles.title}>{t('reservations.history')}</h2>
      {query.isPending && <Skeleton active />}
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      <ol className={styles.history}>
        {query.data?.changes.map((change) => (
          <HistoryItem key={change.id} change={change} zone={reservation.timezone} />
        ))}
      </ol>
    </section>
  );
}

function HistoryItem({ change, zone }: { change: ReservationMoment; zone: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { kind, at, made_by, reason, start_time, end_time } = change;
  const instead = insteadOf(change);
  return (
    <li>
      <strong>{isKind(kind) ? t(`reservations.kinds.${kind}`) : kind}</strong>
      <span className={styles.second}>
        {formats.instantIn(zone, at)}, {made_by ?? t('reservations.byTime')}
        {reason && `, ${reason}`}
      </span>
      {instead && (
        <span className={styles.second}>
          {t('reservations.insteadFree', { code: instead.space_code })}
        </span>
      )}
      <span className={styles.second}>
        {t('reservations.fromUntil', {
          from: formats.instantIn(zone, start_time),
          until: formats.instantIn(zone, end_time),
        })}
      </span>
    </li>
  );
}
