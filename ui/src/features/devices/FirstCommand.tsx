import { useTranslation } from 'react-i18next';
import type { ChirpStackReadiness } from '@/api/types';
import { useFormats } from '@/components/format';
import { StatusTag } from '@/components/StatusTag';

/** A lamp that always listens is sent a command about a second after ChirpStack has it. */
const SLOW_MS = 10_000;

/** How soon a gateway sent it the first command of its session: what nothing else proves. */
export function FirstCommand({ readiness }: { readiness: ChirpStackReadiness }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { first_txack_ms: took, command_waits_since: waits } = readiness;
  if (typeof took === 'number') {
    const seconds = formats.number(Math.round(took / 100) / 10);
    return (
      <StatusTag tone={took > SLOW_MS ? 'warning' : 'good'}>
        {t('onboard.commanded', { seconds })}
      </StatusTag>
    );
  }
  return waits ? <StatusTag tone="waiting">{t('onboard.commandWaits')}</StatusTag> : null;
}
