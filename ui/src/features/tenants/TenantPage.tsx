import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { asProblem } from '@/api/problem';
import type { LimitedResource, Tenant } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Moment } from '@/components/Moment';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTierName } from '@/components/tiers';
import { UsageMeter } from '@/components/UsageMeter';
import { tenantQuery, tiersQuery } from './queries';
import { TenantActions } from './TenantActions';
import { TenantForm } from './TenantForm';
import { TenantStatus } from './TenantStatus';
import styles from './tenants.module.css';

const resources: readonly LimitedResource[] = ['users', 'sites', 'spaces', 'devices', 'gateways'];
/** As in the database, which announces a limit when nine tenths are used. */
const NEAR = 0.9;

export default function TenantPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { tenantId: id = '' } = useParams();
  const query = useQuery(tenantQuery(tenantId, id));
  const tiers = useQuery(tiersQuery(tenantId));
  const mayManage = useCan('tenants:manage');

  if (query.isPending) return <PageSkeleton />;
  if (!query.data) {
    return (
      <>
        <PageHeader
          title={t('tenants.one')}
          intro={<Link to={paths.tenants()}>{t('tenants.back')}</Link>}
        />
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      </>
    );
  }
  const { tenant, etag } = query.data;
  return (
    <>
      <PageHeader
        title={tenant.name}
        intro={<Link to={paths.tenants()}>{t('tenants.back')}</Link>}
        actions={<TenantActions tenant={tenant} caption={t('table.actions')} />}
      />
      <div className={styles.stack}>
        <TenantNotice tenant={tenant} />
        <div className={styles.columns}>
          <Panel title={t('tenants.edit')}>
            <TenantForm
              // A fresh form for each version of the tenant, or it would show what was before.
              key={`${tenant.id} ${tenant.updated_at}`}
              tenant={tenant}
              etag={etag}
              tiers={tiers.data?.tiers ?? []}
              isReadOnly={!mayManage}
            />
          </Panel>
          <div className={styles.stack}>
            <TenantFacts tenant={tenant} />
            <Panel title={t('tenants.usage')} extra={<DataAge query={query} />}>
              <div className={styles.meters}>
                {resources.map((resource) => {
                  const used = tenant.usage[resource] ?? 0;
                  const max = tenant.limits[resource];
                  return (
                    <UsageMeter
                      key={resource}
                      label={t(`usage.resources.${resource}`)}
                      used={used}
                      max={max}
                      isNearLimit={used >= max * NEAR}
                    />
                  );
                })}
              </div>
            </Panel>
          </div>
        </div>
      </div>
    </>
  );
}

function TenantNotice({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (tenant.status === 'suspended') {
    return (
      <Alert
        type="warning"
        showIcon
        title={t('tenants.suspendedNotice', {
          at: tenant.suspended_at ? formats.instant(tenant.suspended_at) : '–',
        })}
        description={tenant.suspended_reason}
      />
    );
  }
  if (tenant.status === 'deleting') {
    return (
      <Alert
        type="error"
        showIcon
        title={t('tenants.deletingNotice', {
          at: tenant.delete_after ? formats.instant(tenant.delete_after) : '–',
        })}
        description={t('tenants.deletingText')}
      />
    );
  }
  return null;
}

function TenantFacts({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const tierName = useTierName();
  return (
    <Panel title={t('tenants.facts')}>
      <Facts>
        <Fact label={t('fields.status')}>
          <TenantStatus status={tenant.status} />
        </Fact>
        <Fact label={t('tenants.tier')}>
          {tierName(tenant.tier)} <code>{tenant.tier}</code>
        </Fact>
        <Fact label={t('tenants.slug')}>
          <code>{tenant.slug}</code>
        </Fact>
        <Fact label={t('tenants.id')}>
          <code>{tenant.id}</code>
        </Fact>
        <Fact label={t('tenants.created')}>
          <Moment at={tenant.created_at} />
        </Fact>
        <Fact label={t('tenants.updated')}>
          <Moment at={tenant.updated_at} />
        </Fact>
        <Fact label={t('tenants.exported')}>
          {tenant.exported_at ? <Moment at={tenant.exported_at} /> : t('common.never')}
        </Fact>
      </Facts>
    </Panel>
  );
}
