import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { PageHeader } from '@/components/PageHeader';
import { Booking } from './Booking';
import { begunFrom } from './booking';
import { OneSite } from './OneSite';

/** A reservation in three steps. */
export default function BookingPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('reservations:book');
  const [params] = useSearchParams();
  const [begun] = useState(() => begunFrom(params));
  return (
    <>
      <PageHeader
        title={t('booking.title')}
        intro={<Link to={paths.reservations()}>{t('booking.back')}</Link>}
      />
      {refusal ? (
        <Alert type="info" showIcon title={refusal} />
      ) : (
        <OneSite>
          {(site) => (
            <Booking
              site={site}
              begun={begun}
              onDone={({ id }) => void navigate(paths.reservations({ reservation: id }))}
              onSeries={({ id }) => void navigate(paths.series(id))}
              onCancel={() => void navigate(paths.reservations())}
            />
          )}
        </OneSite>
      )}
    </>
  );
}
