import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useParams } from 'react-router';
import { deviceQuery } from '@/api/devices';
import { asProblem } from '@/api/problem';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { deviceTitle } from '@/components/devices';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { DisconnectOutlined, LinkOutlined } from '@/components/icons';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TabLinks } from '@/components/TabLinks';
import { AssignDialog } from './AssignDialog';
import { DeviceActions, useAssignRefusal } from './DeviceActions';
import styles from './devices.module.css';
import { EditDeviceDrawer } from './EditDeviceDrawer';
import { UnassignDialog } from './UnassignDialog';

/** One device: what it is called, what one may do with it, and its parts. */
export default function DeviceLayoutPage() {
  const { t } = useTranslation();
  const { deviceId: id = '' } = useParams();
  const query = useQuery(deviceQuery(useTenantId(), id));

  if (query.isPending) return <PageSkeleton />;
  const back = <Link to={paths.devices()}>{t('devices.back')}</Link>;
  if (!query.data) {
    return (
      <>
        <PageHeader title={t('devices.one')} intro={back} />
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      </>
    );
  }
  const { device, etag } = query.data;
  return (
    <>
      <PageHeader
        title={deviceTitle(device)}
        intro={back}
        actions={
          <>
            {!device.archived_at && <WorkButton device={device} />}
            <DeviceActions device={device} caption={t('table.actions')} />
          </>
        }
      />
      <Archived device={device} />
      <TabLinks
        label={t('devices.parts')}
        tabs={[
          { to: paths.device(id), label: t('devices.identity') },
          { to: paths.deviceHealth(id), label: t('devices.health') },
          { to: paths.deviceHistory(id), label: t('devices.history') },
        ]}
      />
      <Outlet />
      <Editing device={device} etag={etag} />
    </>
  );
}

function Editing({ device, etag }: { device: Device; etag: string | null }) {
  const refusal = useEstateRefusal('devices:manage');
  const [edit, setEdit] = useOpenParam('edit');
  return (
    <EditDeviceDrawer
      known={{ thing: device, etag }}
      isOpen={edit !== null && !refusal && !device.archived_at}
      onClose={() => setEdit(null)}
    />
  );
}

/** What one comes here for most: to put it to work, or take it off. */
function WorkButton({ device }: { device: Device }) {
  const { t } = useTranslation();
  const mayNotAssign = useEstateRefusal('devices:assign');
  const cannotAssign = useAssignRefusal(device);
  const [isOpen, setIsOpen] = useState(false);
  const refusal = device.space_id ? mayNotAssign : cannotAssign;
  const close = () => setIsOpen(false);
  return (
    <>
      <GatedButton
        type={device.space_id ? 'default' : 'primary'}
        icon={device.space_id ? <DisconnectOutlined /> : <LinkOutlined />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => setIsOpen(true)}
      >
        {device.space_id ? t('devices.unassign') : t('devices.assign')}
      </GatedButton>
      {isOpen && device.space_id && <UnassignDialog device={device} onClose={close} />}
      {isOpen && !device.space_id && <AssignDialog device={device} onClose={close} />}
    </>
  );
}

function Archived({ device }: { device: Device }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!device.archived_at) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className={styles.alert}
      title={t('devices.archivedNotice')}
      description={t('devices.archivedSince', { at: formats.instant(device.archived_at) })}
    />
  );
}
