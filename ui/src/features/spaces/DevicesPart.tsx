import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { deviceRoles } from '@/components/devices';
import { Fact, Facts } from '@/components/Facts';
import { GatedButton } from '@/components/GatedButton';
import { LinkOutlined } from '@/components/icons';
import { Age } from '@/components/Moment';
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

function Serving({ device }: { device: Space['sensor'] }) {
  const { t } = useTranslation();
  if (!device) return t('spaces.none');
  return (
    <>
      <Link to={paths.device(device.device_id)}>
        <code>{device.dev_eui}</code>
      </Link>
      <span className={styles.second}>
        {device.last_seen_at ? (
          <>
            {t('spaces.lastSeen')} <Age at={device.last_seen_at} />
          </>
        ) : (
          t('spaces.neverSeen')
        )}
      </span>
    </>
  );
}
