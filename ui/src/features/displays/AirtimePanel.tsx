import { useQuery } from '@tanstack/react-query';
import { InputNumber, Progress } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Airtime } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './displays.module.css';
import { airtimeQuery } from './queries';

type GatewayMinute = Airtime['gateways'][number];

/** How much of its minute each gateway has used, and how long lamps would wait if there were more. */
export function AirtimePanel() {
  const { t } = useTranslation();
  const [add, setAdd] = useState(0);
  const field = useId();
  const query = useQuery(airtimeQuery(useTenantId(), add));
  const airtime = query.data;
  return (
    <section className={styles.airtime} aria-label={t('downlinks.airtime')}>
      <h2 className={styles.title}>{t('downlinks.airtime')}</h2>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {airtime && (
        <>
          <p>
            {t('downlinks.tenantMinute', {
              used: airtime.tenant_used,
              allowed: airtime.tenant_allowed,
            })}
          </p>
          {airtime.gateways.length === 0 ? (
            <p className={styles.second}>{t('downlinks.noGateways')}</p>
          ) : (
            <>
              <label htmlFor={field}>{t('downlinks.whatIf')}</label>{' '}
              <InputNumber
                id={field}
                min={0}
                max={10_000}
                value={add}
                onChange={(value) => setAdd(value ?? 0)}
              />
              <ul className={styles.gateways}>
                {airtime.gateways.map((gateway) => (
                  <GatewayRow key={gateway.gateway_eui ?? ''} gateway={gateway} add={add} />
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </section>
  );
}

function GatewayRow({ gateway, add }: { gateway: GatewayMinute; add: number }) {
  const { t } = useTranslation();
  const wait = (seconds: number) =>
    seconds < 120
      ? t('downlinks.seconds', { count: seconds })
      : t('downlinks.minutes', { count: Math.round(seconds / 60) });
  const { gateway_id, gateway_name, gateway_eui, used, allowed, lamps, waiting } = gateway;
  const name = gateway_name ?? gateway_eui ?? t('downlinks.unknownGateway');
  return (
    <li className={styles.gateway}>
      {gateway_id ? <Link to={paths.gateway(gateway_id)}>{name}</Link> : <span>{name}</span>}
      <Progress
        aria-label={name}
        percent={Math.round((used / allowed) * 100)}
        format={() => `${used}/${allowed}`}
        size="small"
        status="normal"
      />
      <span className={styles.second}>
        {t('downlinks.gatewayLamps', { count: lamps })},{' '}
        {t('downlinks.waitingNow', { count: waiting })}
      </span>
      <span className={styles.second}>
        {t('downlinks.allWait', { wait: wait(gateway.all_wait_seconds) })}
        {add > 0 &&
          ` ${t('downlinks.allWaitMore', { wait: wait(gateway.all_wait_seconds_with_more) })}`}
      </span>
    </li>
  );
}
