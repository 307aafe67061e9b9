import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Gateway } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { useEvery } from '@/components/devices';
import { Eui } from '@/components/Eui';
import { Fact, Facts } from '@/components/Facts';
import { Every } from '@/components/Health';
import { Age, Moment } from '@/components/Moment';
import { ProblemAlert } from '@/components/ProblemAlert';
import { GatewayActions } from './GatewayActions';
import { GatewayStatusTag } from './GatewayStatusTag';
import styles from './gateways.module.css';
import { gatewayQuery } from './queries';

type Props = { gatewayId: string | null; onClose: () => void; onEdit: (id: string) => void };

/** One gateway: whether it is heard, and what is known of it. */
export function GatewayDrawer({ gatewayId, onClose, onEdit }: Props) {
  const { t } = useTranslation();
  const query = useQuery(gatewayQuery(useTenantId(), gatewayId ?? ''));
  const gateway = query.data?.gateway;
  return (
    <Drawer
      open={gatewayId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={gateway?.name ?? t('gateways.one')}
      extra={
        gateway && (
          <GatewayActions
            gateway={gateway}
            caption={t('table.actions')}
            onEdit={onEdit}
            onDeleted={onClose}
          />
        )
      }
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isLoading && <Skeleton active />}
      {gateway && (
        <div className={styles.details}>
          <Heard gateway={gateway} age={<DataAge query={query} />} />
          <GatewayFacts gateway={gateway} />
        </div>
      )}
    </Drawer>
  );
}

function Heard({ gateway, age }: { gateway: Gateway; age: React.ReactNode }) {
  const { t } = useTranslation();
  const every = useEvery();
  const { status, last_seen_at, heartbeat_seconds } = gateway;
  return (
    <section className={styles.now} aria-label={t('fields.status')}>
      <div className={styles.nowStatus}>
        <GatewayStatusTag status={status} />
        {last_seen_at && (
          <span>
            {t('devices.lastHeard')} <Age at={last_seen_at} />
          </span>
        )}
      </div>
      <p className={styles.hint}>
        {status === 'never_seen'
          ? t('gateways.neverText')
          : t('gateways.rule', { every: every(heartbeat_seconds) })}
      </p>
      <Link to={paths.alarmsOf({ gateway: gateway.id })}>{t('alarms.ofOne')}</Link>
      <div>{age}</div>
    </section>
  );
}

function GatewayFacts({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation();
  const { site_id, site_name, latitude, longitude, altitude } = gateway;
  return (
    <Facts>
      <Fact label="EUI">
        <Eui eui={gateway.eui} what="EUI" />
      </Fact>
      <Fact label={t('estate.tenant')}>{gateway.tenant_name}</Fact>
      <Fact label={t('spaces.site')}>
        {site_id ? <Link to={paths.site(site_id)}>{site_name}</Link> : '–'}
      </Fact>
      <Fact label={t('sites.coordinates')}>
        {typeof latitude === 'number' ? `${latitude}, ${longitude}` : '–'}
      </Fact>
      <Fact label={t('gateways.altitude')}>
        {typeof altitude === 'number' ? `${altitude} m` : '–'}
      </Fact>
      <Fact label={t('devices.heartbeat')}>
        <Every seconds={gateway.heartbeat_seconds} />
      </Fact>
      <Fact label={t('spaces.notes')}>
        <span className={styles.notes}>{gateway.notes ?? '–'}</span>
      </Fact>
      {Object.entries(gateway.metadata as Record<string, unknown>).map(([key, value]) => (
        <Fact key={key} label={key}>
          {typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>}
        </Fact>
      ))}
      <Fact label={t('tenants.created')}>
        <Moment at={gateway.created_at} />
      </Fact>
      <Fact label={t('tenants.updated')}>
        <Moment at={gateway.updated_at} />
      </Fact>
      <Fact label={t('tenants.id')}>
        <code>{gateway.id}</code>
      </Fact>
    </Facts>
  );
}
