import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { deviceQuery } from '@/api/devices';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { deviceRoles } from '@/components/devices';
import { Fact, Facts } from '@/components/Facts';
import { GatedButton } from '@/components/GatedButton';
import { Battery, LastSeen, Signal } from '@/components/Health';
import { LinkOutlined } from '@/components/icons';
import { Age } from '@/components/Moment';
import { Spoken } from '@/components/Spoken';
import { AssignDeviceDialog } from './AssignDeviceDialog';
import styles from './spaces.module.css';

/** The devices that serve a bay, and a way to give it one. */
export function DevicesPart({ space }: { space: Space }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:assign');
  const [isOpen, setIsOpen] = useState(false);
  const isFull = deviceRoles.every((role) => space[role]);
  return (
    <section>
      <h2 className={styles.title}>{t('spaces.devices')}</h2>
      <Facts>
        <Fact label={t('spaces.sensor')}>
          <Serving device={space.sensor} />
        </Fact>
        <Fact label={t('spaces.display')}>
          <Serving device={space.display} />
        </Fact>
      </Facts>
      {!space.deleted_at && !isFull && (
        <div className={styles.below}>
          <GatedButton
            icon={<LinkOutlined />}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
            onClick={() => setIsOpen(true)}
          >
            {t('devices.assignToBay')}
          </GatedButton>
        </div>
      )}
      {isOpen && <AssignDeviceDialog space={space} onClose={() => setIsOpen(false)} />}
    </section>
  );
}

/** Which device it is, and whether it is well, for those who may know. */
function Serving({ device: serving }: { device: Space['sensor'] }) {
  const { t } = useTranslation();
  const seesDevices = useCan('devices:read');
  const query = useQuery({
    ...deviceQuery(useTenantId(), serving?.device_id ?? ''),
    enabled: serving !== null && serving !== undefined && seesDevices,
  });
  if (!serving) return t('spaces.none');
  const device = query.data?.device;
  return (
    <>
      {device?.name && <span className={styles.deviceName}>{device.name}</span>}
      <Link to={paths.device(serving.device_id)}>
        <code>{serving.dev_eui}</code>
      </Link>
      {device ? (
        <span className={styles.wellness}>
          <LastSeen device={device} />
          <span>
            {t('devices.battery')} <Battery device={device} />
          </span>
          <span>
            <Spoken>{t('devices.signal')} </Spoken>
            <Signal rssi={device.rssi} snr={device.snr} />
          </span>
        </span>
      ) : (
        <span className={styles.second}>
          {serving.last_seen_at ? (
            <>
              {t('spaces.lastSeen')} <Age at={serving.last_seen_at} />
            </>
          ) : (
            t('spaces.neverSeen')
          )}
        </span>
      )}
    </>
  );
}
