import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelChoicesQuery } from '@/api/devices';
import type { Orphan } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { Eui } from '@/components/Eui';
import { useFormats } from '@/components/format';
import { Signal } from '@/components/Health';
import { Age } from '@/components/Moment';
import type { Column } from '@/components/QueryTable';
import { OrphanActions } from './OrphanActions';
import styles from './orphans.module.css';

export function useOrphanColumns(isCrossTenant: boolean): Column<Orphan>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenant: Column<Orphan> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'dev_eui',
      title: 'DevEUI',
      sort: 'dev_eui',
      isPrimary: true,
      minWidth: 220,
      render: (orphan) => <EuiCell orphan={orphan} />,
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'guess',
      title: t('orphans.guess'),
      render: ({ guessed_model }) => <Guess slug={guessed_model} />,
    },
    {
      key: 'last_seen_at',
      title: t('devices.lastHeard'),
      sort: 'last_seen_at',
      render: ({ last_seen_at, first_seen_at }) => (
        <>
          <Age at={last_seen_at} />
          <span className={styles.second}>
            {t('orphans.first')} <Age at={first_seen_at} />
          </span>
        </>
      ),
    },
    {
      key: 'uplink_count',
      title: t('orphans.count'),
      sort: 'uplink_count',
      align: 'right',
      render: ({ uplink_count }) => formats.number(uplink_count),
    },
    {
      key: 'signal',
      title: t('devices.signal'),
      render: ({ last_rssi, last_snr }) => <Signal rssi={last_rssi} snr={last_snr} />,
    },
    {
      key: 'payload',
      title: t('orphans.payload'),
      render: (orphan) => <Payload orphan={orphan} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (orphan) => <OrphanActions orphan={orphan} />,
    },
  ];
}

function EuiCell({ orphan }: { orphan: Orphan }) {
  const { t } = useTranslation();
  const { dev_eui, source, last_gateway_eui, dismissed_at, dismissed_by } = orphan;
  return (
    <>
      <Eui eui={dev_eui} what="DevEUI" />
      <span className={styles.second}>
        {last_gateway_eui
          ? t('orphans.heardBy', { source, gateway: last_gateway_eui })
          : t('orphans.source', { source })}
      </span>
      {dismissed_at && (
        <span className={styles.second}>
          {t('orphans.dismissedAt')} <Age at={dismissed_at} />
          {dismissed_by && `, ${t('spaces.byWhom', { name: dismissed_by })}`}
        </span>
      )}
    </>
  );
}

/** What it may be, by the catalogue's words; a guess is called one. */
export function Guess({ slug }: { slug: string | null | undefined }) {
  const { t } = useTranslation();
  const models = useQuery(modelChoicesQuery(useTenantId()));
  if (!slug) return <span className={styles.quiet}>{t('orphans.noGuess')}</span>;
  const model = models.data?.models.find(({ id }) => id === slug);
  return (
    <>
      {model ? `${model.vendor} ${model.name}` : slug}
      <span className={styles.second}>{t('orphans.isGuess')}</span>
    </>
  );
}

/** What it said last, in hexadecimal. */
export function Payload({ orphan }: { orphan: Orphan }) {
  const { t } = useTranslation();
  const { last_payload, last_f_port } = orphan;
  if (!last_payload) return '–';
  return (
    <>
      <code className={styles.payload} title={last_payload}>
        {last_payload}
      </code>
      {typeof last_f_port === 'number' && (
        <span className={styles.second}>{t('orphans.port', { port: last_f_port })}</span>
      )}
    </>
  );
}
