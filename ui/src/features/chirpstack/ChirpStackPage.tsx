import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session/me';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { GatedButton } from '@/components/GatedButton';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { Connection } from './Connection';
import styles from './chirpstack.module.css';
import { Differences } from './Differences';
import { Links } from './Links';
import { chirpStackQuery, useRun } from './queries';
import { Runs } from './Runs';

/** How the connection to ChirpStack fares, what differs between both sides, and how comparing went. */
export default function ChirpStackPage() {
  const { t } = useTranslation();
  const query = useQuery(chirpStackQuery(useTenantId()));
  const isPlatform = useMe().tenant.kind === 'platform';
  const overview = query.data?.body;
  return (
    <>
      <PageHeader
        title={t('chirpstack.title')}
        intro={t('chirpstack.intro')}
        actions={overview?.part && <RunButtons />}
      />
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {!query.data && !query.error && <Skeleton active />}
      {query.data && (
        <div className={styles.parts}>
          <Connection overview={query.data.body} etag={query.data.etag} />
          {isPlatform && query.data.body.is_configured && <Links />}
          {!isPlatform && !query.data.body.part && (
            <EmptyState
              title={t('chirpstack.unlinkedTitle')}
              text={
                query.data.body.is_configured
                  ? t('chirpstack.unlinkedText')
                  : t('chirpstack.nowhereText')
              }
            />
          )}
          {query.data.body.part && (
            <>
              <Differences />
              <Runs />
            </>
          )}
        </div>
      )}
    </>
  );
}

function RunButtons() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  const toast = useToast();
  const run = useRun();
  const ask = (isDry: boolean) =>
    run.mutate(isDry, {
      onSuccess: () => toast.done(isDry ? t('chirpstack.dryAsked') : t('chirpstack.runAsked')),
      onError: toast.failed,
    });
  const gate = { isAllowed: refusal === null, reason: refusal ?? '', loading: run.isPending };
  return (
    <>
      <GatedButton {...gate} onClick={() => ask(true)}>
        {t('chirpstack.dryRun')}
      </GatedButton>
      <GatedButton {...gate} type="primary" onClick={() => ask(false)}>
        {t('chirpstack.runNow')}
      </GatedButton>
    </>
  );
}
