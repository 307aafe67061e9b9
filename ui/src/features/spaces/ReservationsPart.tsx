import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { nextReservationsQuery } from '@/api/reservations';
import type { Reservation, Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ReservationLook } from '@/components/ReservationLook';
import { nameOf } from '@/components/reservationLooks';
import { useOffers } from '@/components/useOffers';
import { ReserveDialog } from './ReserveDialog';
import styles from './spaces.module.css';

/** Who has the bay next, in the site's time, and a way to reserve it at once. */
export function ReservationsPart({ space }: { space: Space }) {
  const mayRead = useCan('reservations:read');
  return mayRead ? <NextReservations space={space} /> : null;
}

function NextReservations({ space }: { space: Space }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('reservations:book');
  const query = useQuery(nextReservationsQuery(useTenantId(), space.id));
  const [isOpen, setIsOpen] = useState(false);
  const reservations = query.data ?? [];
  const offers = useOffers(useTenantId(), space.site_id);
  const refused = refusal ?? (space.is_reservable ? null : t('reservations.notReservable'));
  return (
    <section>
      <h2 className={styles.title}>{t('reservations.ofBay')}</h2>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && reservations.length === 0 && (
        <p className={styles.hint}>{t('reservations.noneOfBay')}</p>
      )}
      <ul className={styles.overrides}>
        {reservations.map((one) => (
          <ReservationItem key={one.id} reservation={one} offers={offers} />
        ))}
      </ul>
      <div className={styles.buttons}>
        <GatedButton
          icon={<PlusOutlined />}
          isAllowed={refused === null}
          reason={refused ?? ''}
          onClick={() => setIsOpen(true)}
        >
          {t('reservations.reserve')}
        </GatedButton>
        <Link to={paths.reservations({ bay: space.id })}>{t('reservations.allOfBay')}</Link>
        <Link to={paths.calendar({ site: space.site_id, q: space.code, view: 'week' })}>
          {t('reservations.onCalendar')}
        </Link>
      </div>
      {isOpen && <ReserveDialog space={space} onClose={() => setIsOpen(false)} />}
    </section>
  );
}

type ItemProps = { reservation: Reservation; offers: ReadonlySet<string> };

function ReservationItem({ reservation, offers }: ItemProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { start_time, end_time, timezone } = reservation;
  const who = nameOf(reservation);
  return (
    <li className={styles.override}>
      <div className={styles.overrideHead}>
        <ReservationLook reservation={reservation} offers={offers} />
        {who && <strong>{who}</strong>}
      </div>
      <div className={styles.second}>
        {t('spaces.span', {
          from: formats.instantIn(timezone, start_time),
          until: formats.instantIn(timezone, end_time),
          zone: timezone.replace(/_/g, ' '),
        })}
      </div>
    </li>
  );
}
