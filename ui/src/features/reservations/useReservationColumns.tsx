import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Reservation } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import type { Column } from '@/components/QueryTable';
import { ReservationStatusTag } from '@/components/ReservationStatusTag';
import { isStatus, lookOf, useLookWords } from '@/components/reservationLooks';
import { ReservationActions } from './ReservationActions';
import styles from './reservations.module.css';

/** A list spans sites: what is offered to whom is told where one looks at one. */
const NOT_ASKED: ReadonlySet<string> = new Set();

type Options = { isCrossTenant: boolean; onOpen: (id: string) => void };

export function useReservationColumns({ isCrossTenant, onOpen }: Options): Column<Reservation>[] {
  const { t } = useTranslation();
  const tenant: Column<Reservation> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'code',
      title: t('reservations.bay'),
      sort: 'code',
      isPrimary: true,
      render: ({ id, space_code }) => (
        <button
          type="button"
          className={styles.open}
          aria-label={t('reservations.open', { code: space_code })}
          onClick={() => onOpen(id)}
        >
          {space_code}
        </button>
      ),
    },
    {
      key: 'start_time',
      title: t('reservations.when'),
      sort: 'start_time',
      render: (reservation) => <Span reservation={reservation} />,
    },
    {
      key: 'status',
      title: t('reservations.status'),
      render: (reservation) => <Status reservation={reservation} />,
    },
    {
      key: 'holder',
      title: t('reservations.holder'),
      render: ({ holder }) => holder?.name ?? holder?.plate ?? holder?.email ?? '–',
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'site',
      title: t('reservations.site'),
      render: ({ site_id, site_name }) => <Link to={paths.site(site_id)}>{site_name}</Link>,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (reservation) => <ReservationActions reservation={reservation} />,
    },
  ];
}

/** Where it stands, and what matters about it besides. */
function Status({ reservation }: { reservation: Reservation }) {
  const words = useLookWords(reservation.timezone);
  const look = lookOf(reservation, NOT_ASKED);
  const besides = [...(isStatus(look) ? [] : [words.look(look)]), ...words.marks(reservation)];
  return (
    <>
      <ReservationStatusTag status={reservation.status} />
      {besides.length > 0 && <span className={styles.second}>{besides.join(', ')}</span>}
    </>
  );
}

/** From when until when, by the clocks of the site, which are named. */
export function Span({
  reservation,
}: {
  reservation: Pick<Reservation, 'timezone' | 'start_time' | 'end_time'>;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { timezone, start_time, end_time } = reservation;
  return (
    <>
      {t('reservations.fromUntil', {
        from: formats.instantIn(timezone, start_time),
        until: formats.instantIn(timezone, end_time),
      })}
      <span className={styles.second}>{timezone.replace(/_/g, ' ')}</span>
    </>
  );
}
