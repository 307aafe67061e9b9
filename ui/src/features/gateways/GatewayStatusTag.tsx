import { useTranslation } from 'react-i18next';
import type { GatewayStatus } from '@/api/types';
import { StatusTag, type Tone } from '@/components/StatusTag';

export const gatewayStatuses: readonly GatewayStatus[] = ['online', 'offline', 'never_seen'];

const tones: Record<GatewayStatus, Tone> = { online: 'good', offline: 'bad', never_seen: 'quiet' };

/** Whether a gateway is heard, as the server judged it when it was asked. */
export function GatewayStatusTag({ status }: { status: GatewayStatus }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[status]}>{t(`gateways.statuses.${status}`)}</StatusTag>;
}
