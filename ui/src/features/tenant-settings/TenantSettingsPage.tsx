import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { Fact, Facts } from '@/components/Facts';
import { GatedButton } from '@/components/GatedButton';
import { DownloadOutlined } from '@/components/icons';
import { Moment } from '@/components/Moment';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTierName } from '@/components/tiers';
import { useToast } from '@/components/toast';
import { currentTenantQuery, useExportCurrentTenant } from './queries';
import { SettingsForm } from './SettingsForm';
import styles from './settings.module.css';

export default function TenantSettingsPage() {
  const { t } = useTranslation();
  const toast = useToast();
  const tierName = useTierName();
  const mayUpdate = useCan('tenant:update');
  const mayExport = useCan('data:export');
  const query = useQuery(currentTenantQuery(useTenantId()));
  const exportData = useExportCurrentTenant();
  return (
    <>
      <PageHeader title={t('settings.title')} intro={t('settings.intro')} />
      {query.isPending && <PageSkeleton />}
      {query.error && !query.data && (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && (
        <div className={styles.columns}>
          <Panel title={t('settings.general')}>
            <SettingsForm
              key={query.data.tenant.updated_at}
              tenant={query.data.tenant}
              etag={query.data.etag}
              isReadOnly={!mayUpdate}
            />
          </Panel>
          <div className={styles.stack}>
            <Panel title={t('settings.facts')}>
              <Facts>
                <Fact label={t('settings.tier')}>
                  {tierName(query.data.tenant.tier)} <code>{query.data.tenant.tier}</code>
                </Fact>
                <Fact label={t('settings.slug')}>
                  <code>{query.data.tenant.slug}</code>
                </Fact>
                <Fact label={t('settings.id')}>
                  <code>{query.data.tenant.id}</code>
                </Fact>
                <Fact label={t('settings.created')}>
                  <Moment at={query.data.tenant.created_at} />
                </Fact>
              </Facts>
            </Panel>
            <Panel title={t('settings.export')} intro={t('settings.exportText')}>
              <GatedButton
                icon={<DownloadOutlined />}
                loading={exportData.isPending}
                isAllowed={mayExport}
                reason={t('settings.notAllowed')}
                onClick={() =>
                  exportData.mutate(query.data.tenant, {
                    onSuccess: ({ content, name }) => saveFile(content, name),
                    onError: toast.failed,
                  })
                }
              >
                {t('settings.exportButton')}
              </GatedButton>
            </Panel>
          </div>
        </div>
      )}
    </>
  );
}
