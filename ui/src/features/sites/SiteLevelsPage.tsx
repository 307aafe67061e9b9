import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { levelsQuery, siteQuery, zonesQuery } from '@/api/estate';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PartList } from './PartList';
import { useOrderLevels } from './queries';
import styles from './sites.module.css';

export default function SiteLevelsPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { siteId: id = '' } = useParams();
  const site = useQuery(siteQuery(tenantId, id));
  const levels = useQuery(levelsQuery(tenantId, id));
  const zones = useQuery(zonesQuery(tenantId, id));
  const order = useOrderLevels();
  const denied = useEstateRefusal('sites:manage');
  const refusal = denied ?? (site.data?.site.deleted_at ? t('sites.deletedNotice') : null);
  return (
    <div className={styles.twins}>
      <Panel title={t('sites.levels')} intro={t('parts.levelsIntro')}>
        {levels.isPending && <PageSkeleton />}
        {levels.error && (
          <ProblemAlert error={levels.error} onRetry={() => void levels.refetch()} />
        )}
        {levels.data && (
          <PartList
            kind="level"
            siteId={id}
            parts={levels.data.levels}
            refusal={refusal}
            moveError={order.error}
            onMove={(from, to) => {
              // A second step counts from where the first one leads, which is not known yet.
              if (order.isPending) return;
              const next = [...levels.data.levels];
              const [moved] = next.splice(from, 1);
              if (moved) next.splice(to, 0, moved);
              order.mutate(next);
            }}
          />
        )}
      </Panel>
      <Panel title={t('sites.zones')} intro={t('parts.zonesIntro')}>
        {zones.isPending && <PageSkeleton />}
        {zones.error && <ProblemAlert error={zones.error} onRetry={() => void zones.refetch()} />}
        {zones.data && (
          <PartList kind="zone" siteId={id} parts={zones.data.zones} refusal={refusal} />
        )}
      </Panel>
    </div>
  );
}
