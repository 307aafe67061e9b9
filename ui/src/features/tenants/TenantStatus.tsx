import { useTranslation } from 'react-i18next';
import type { Tenant } from '@/api/types';
import { StatusTag, type Tone } from '@/components/StatusTag';

const tones: Record<Tenant['status'], Tone> = {
  active: 'good',
  suspended: 'warning',
  deleting: 'bad',
};

export function TenantStatus({ status }: { status: Tenant['status'] }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[status]}>{t(`tenants.statuses.${status}`)}</StatusTag>;
}
