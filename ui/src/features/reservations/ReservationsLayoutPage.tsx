import { useTranslation } from 'react-i18next';
import { Link, Outlet, useNavigate, useSearchParams } from 'react-router';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { PageHeader } from '@/components/PageHeader';
import { TabLinks } from '@/components/TabLinks';

/** Reservations one by one, on the calendar, and where there is room for more. */
export default function ReservationsLayoutPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('reservations:book');
  const [params] = useSearchParams();
  // Where one looks is most likely where one wants a bay.
  const site = params.get('site_id');
  const seesTerms = useEstateRefusal('reservations:read') === null;
  return (
    <>
      <PageHeader
        title={t('reservations.title')}
        intro={
          <>
            {t('reservations.intro')}{' '}
            {seesTerms && (
              <Link to={paths.reservationTerms(site ? { site } : {})}>{t('terms.title')}</Link>
            )}
          </>
        }
        actions={
          <GatedButton
            type="primary"
            icon={<PlusOutlined />}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
            onClick={() => void navigate(paths.newReservation(site ? { site } : {}))}
          >
            {t('booking.begin')}
          </GatedButton>
        }
      />
      <TabLinks
        label={t('reservations.title')}
        tabs={[
          { to: paths.reservations(), label: t('reservations.tab') },
          { to: paths.calendar(), label: t('calendar.tab') },
          { to: paths.freeTimes(), label: t('freeTimes.tab') },
          { to: paths.waitlist(), label: t('waitlist.tab') },
          { to: paths.seriesList(), label: t('series.tab') },
          { to: paths.calendarFeeds(), label: t('feeds.tab') },
        ]}
      />
      <Outlet />
    </>
  );
}
