import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Uplink } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { CodeBlock } from '@/components/CodeBlock';
import { Eui } from '@/components/Eui';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Signal } from '@/components/Health';
import { ProblemAlert } from '@/components/ProblemAlert';
import { uplinkQuery } from './queries';
import styles from './uplinks.module.css';
import { asText, inPairs, OutcomeTag } from './words';

type Props = { id: string | null; known: Uplink | undefined; onClose: () => void };

/** One message: who heard it, what it carries, what was read from it and what came of it. */
export function UplinkDrawer({ id, known, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(uplinkQuery(useTenantId(), id ?? ''));
  const uplink = query.data ?? known;
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(640px, 100vw)"
      title={uplink ? t(`uplinks.kinds.${uplink.kind}`) : t('uplinks.one')}
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {!uplink && !query.error && <Skeleton active />}
      {uplink && <Details uplink={uplink} />}
    </Drawer>
  );
}

function Details({ uplink }: { uplink: Uplink }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { dev_eui, device, space, problem, content } = uplink;
  const why = (content as { problem?: string }).problem;
  return (
    <div className={styles.details}>
      <Facts>
        <Fact label={t('uplinks.outcome')}>
          <OutcomeTag outcome={uplink.outcome} />
          <span className={styles.second}>{t(`uplinks.outcomeTexts.${uplink.outcome}`)}</span>
          {(why ?? problem) && <code>{why ?? problem}</code>}
        </Fact>
        <Fact label={t('uplinks.receivedAt')}>{formats.precise(uplink.received_at)}</Fact>
        <Fact label={t('uplinks.arrivedAt')}>
          {formats.precise(uplink.arrived_at)}
          <span className={styles.second}>{t(`uplinks.sources.${uplink.source}`)}</span>
        </Fact>
        {dev_eui && (
          <Fact label="DevEUI">
            <Eui eui={dev_eui} what="DevEUI" />
          </Fact>
        )}
        {device && (
          <Fact label={t('uplinks.device')}>
            <Link to={paths.device(device.id)}>{device.name ?? dev_eui}</Link>
          </Fact>
        )}
        {space && (
          <Fact label={t('uplinks.bay')}>
            <Link to={paths.bay(space.id)}>{space.code}</Link>
          </Fact>
        )}
        {typeof uplink.f_port === 'number' && <Fact label="FPort">{uplink.f_port}</Fact>}
        {typeof uplink.f_cnt === 'number' && <Fact label="FCnt">{uplink.f_cnt}</Fact>}
      </Facts>
      <Payload uplink={uplink} />
      <Part title={t('uplinks.reading')}>
        {uplink.reading ? (
          <CodeBlock code={JSON.stringify(uplink.reading, null, 2)} label={t('uplinks.reading')} />
        ) : (
          <p className={styles.quiet}>{t('uplinks.noReading')}</p>
        )}
      </Part>
      <Receptions uplink={uplink} />
      <Part title={t('uplinks.content')}>
        <CodeBlock code={JSON.stringify(content, null, 2)} label={t('uplinks.content')} />
      </Part>
    </div>
  );
}

function Payload({ uplink }: { uplink: Uplink }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { payload, payload_bytes, kind } = uplink;
  if (!payload) return null;
  const text = kind === 'garbled' ? asText(payload) : null;
  const count = payload_bytes ?? payload.length / 2;
  return (
    <Part title={`${t('uplinks.payload')} (${formats.number(count)} B)`}>
      {text !== null && <CodeBlock code={text} label={t('uplinks.asText')} />}
      <CodeBlock code={inPairs(payload)} label={t('uplinks.payload')} />
    </Part>
  );
}

function Receptions({ uplink }: { uplink: Uplink }) {
  const { t } = useTranslation();
  if (uplink.receptions.length === 0) return null;
  return (
    <Part title={t('uplinks.heardBy')}>
      <ul className={styles.heard}>
        {uplink.receptions.map(({ gateway_eui, gateway_id, gateway_name, rssi, snr }) => (
          <li key={gateway_eui}>
            {gateway_id ? (
              <Link to={paths.gateway(gateway_id)}>{gateway_name ?? gateway_eui}</Link>
            ) : (
              <code>{gateway_eui}</code>
            )}
            <Signal rssi={rssi} snr={snr} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className={styles.partTitle}>{title}</h2>
      {children}
    </section>
  );
}
