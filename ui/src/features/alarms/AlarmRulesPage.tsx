import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './alarms.module.css';
import { alarmRulesQuery } from './queries';
import { RecipientsPanel } from './RecipientsPanel';
import { RulesForm } from './RulesForm';

/** From when on something is wrong, and who is told. */
export default function AlarmRulesPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('alarms:manage');
  const query = useQuery(alarmRulesQuery(useTenantId()));
  return (
    <>
      <PageHeader title={t('alarmRules.title')} intro={t('alarmRules.intro')} />
      {query.isPending && <PageSkeleton />}
      {query.error && !query.data && (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && (
        <div className={styles.columns}>
          <Panel title={t('alarmRules.rules')} intro={t('alarmRules.rulesText')}>
            <RulesForm
              key={query.data.etag}
              rules={query.data.rules}
              etag={query.data.etag}
              refusal={refusal}
            />
          </Panel>
          <RecipientsPanel refusal={refusal} />
        </div>
      )}
    </>
  );
}
