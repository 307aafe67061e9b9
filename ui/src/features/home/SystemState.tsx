import { useTranslation } from 'react-i18next';
import type { Dashboard } from '@/api/types';
import { StatusTag } from '@/components/StatusTag';

/** Whether the parts of the server do their work; which do not, if any. */
export function SystemState({ system }: { system: Dashboard['system'] }) {
  const { t } = useTranslation();
  const checks = system.checks;
  if (system.status === 'healthy') {
    return <StatusTag tone="good">{t('dashboard.system.healthy')}</StatusTag>;
  }
  const parts = (['database', 'jobs', 'disk', 'spool', 'messages'] as const).filter(
    (part) => checks && checks[part].status !== 'ok',
  );
  if (parts.length === 0)
    return <StatusTag tone="waiting">{t('dashboard.system.unknown')}</StatusTag>;
  return (
    <>
      {parts.map((part) => (
        <StatusTag key={part} tone={checks?.[part].status === 'failed' ? 'bad' : 'warning'}>
          {t(`dashboard.system.${part}`)}
        </StatusTag>
      ))}
    </>
  );
}
