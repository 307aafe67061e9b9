import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { CopyButton } from '@/components/CopyButton';
import { Eui } from '@/components/Eui';
import { Battery, LastSeen, Signal } from '@/components/Health';
import { Age } from '@/components/Moment';
import type { Column } from '@/components/QueryTable';
import { DeviceActions } from './DeviceActions';
import styles from './devices.module.css';
import { StageTag } from './StageTag';

export function useDeviceColumns(isCrossTenant: boolean): Column<Device>[] {
  const { t } = useTranslation();
  const tenant: Column<Device> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'name',
      title: t('devices.one'),
      sort: 'name',
      isPrimary: true,
      minWidth: 210,
      render: (device) => <NameCell device={device} />,
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'bay',
      title: t('spaces.one'),
      minWidth: 120,
      render: (device) => <BayCell device={device} />,
    },
    {
      key: 'last_seen_at',
      title: t('devices.lastHeard'),
      sort: 'last_seen_at',
      render: (device) => <LastSeen device={device} />,
    },
    {
      key: 'battery',
      title: t('devices.battery'),
      render: (device) => <Battery device={device} />,
    },
    {
      key: 'signal',
      title: t('devices.signal'),
      render: ({ rssi, snr }) => <Signal rssi={rssi} snr={snr} />,
    },
    {
      key: 'model',
      title: t('devices.model'),
      sort: 'model',
      minWidth: 110,
      render: (device) => <ModelCell device={device} />,
    },
    {
      key: 'lifecycle',
      title: t('devices.stage'),
      sort: 'lifecycle',
      render: ({ lifecycle_state }) => <StageTag stage={lifecycle_state} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (device) => <DeviceActions device={device} />,
    },
  ];
}

function NameCell({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { id, name, dev_eui, archived_at } = device;
  const link = (
    <Link to={paths.device(id)} className={styles.link}>
      {name || dev_eui}
    </Link>
  );
  return (
    <>
      {name ? (
        <>
          {link}
          <span className={styles.second}>
            <Eui eui={dev_eui} what="DevEUI" />
          </span>
        </>
      ) : (
        <span className={styles.unnamed}>
          {link}{' '}
          <CopyButton
            text={dev_eui}
            label={t('common.copyThing', { thing: `DevEUI ${dev_eui}` })}
          />
        </span>
      )}
      {archived_at && (
        <span className={styles.second}>
          {t('devices.archived')} <Age at={archived_at} />
        </span>
      )}
    </>
  );
}

function ModelCell({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { model, device_type } = device;
  if (!model) return <span className={styles.quiet}>{t('devices.modelUnknown')}</span>;
  return (
    <>
      <span className={styles.line} title={model.name}>
        {model.name}
      </span>
      <span className={styles.second}>
        {[model.vendor, device_type && t(`devices.roles.${device_type}`)]
          .filter(Boolean)
          .join(', ')}
      </span>
    </>
  );
}

/** Where it serves; with all tenants in view their pages are not open to change, only to look. */
export function BayCell({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { space_id, space_code, site_name, role, roles } = device;
  if (!space_id || !space_code) {
    return <span className={styles.quiet}>{t('devices.serves.none')}</span>;
  }
  const asWhat = roles.length > 1 && role ? t(`devices.roles.${role}`) : null;
  return (
    <>
      <Link to={paths.bay(space_id)}>{space_code}</Link>
      <span className={`${styles.second} ${styles.line}`} title={site_name ?? undefined}>
        {[asWhat, site_name].filter(Boolean).join(', ')}
      </span>
    </>
  );
}
