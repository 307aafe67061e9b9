import { Alert } from 'antd';
import { useEstateRefusal } from '@/app/session/permissions';
import { FreeTimes } from './FreeTimes';
import { OneSite } from './OneSite';

/** When which bay can be had. */
export default function FreeTimesPage() {
  const refusal = useEstateRefusal('reservations:read');
  if (refusal) return <Alert type="info" showIcon title={refusal} />;
  return (
    <OneSite>{(site, choose) => <FreeTimes key={site.id} site={site} onSite={choose} />}</OneSite>
  );
}
