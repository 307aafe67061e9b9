import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { deviceTitle } from '@/components/devices';
import { EmptyState } from '@/components/EmptyState';
import { DownloadOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { QueryTable } from '@/components/QueryTable';
import { TabHead } from '@/components/TabHead';
import { useToast } from '@/components/toast';
import { BulkActions } from './BulkActions';
import { CreateDeviceDialog } from './CreateDeviceDialog';
import { DeviceFigures } from './DeviceFigures';
import { DeviceFilterBar } from './DeviceFilterBar';
import {
  BULK_MAX,
  type DeviceFilter,
  deviceFilters,
  devicesQuery,
  firstDevices,
  useExportDevices,
} from './queries';
import { useDeviceColumns } from './useDeviceColumns';

export default function DevicesPage() {
  const { t } = useTranslation();
  const list = useListState<DeviceFilter>(deviceFilters);
  const query = useQuery(devicesQuery(useTenantId(), list.query));
  const refusal = useEstateRefusal('devices:manage');
  const [create, setCreate] = useOpenParam('create');
  const columns = useDeviceColumns(query.data?.is_cross_tenant ?? false);
  const selection = useSelection(list.query, query.data?.devices ?? []);
  const isArchived = list.filters.archived === 'true';

  return (
    <>
      <TabHead>
        <DeviceFigures stats={query.data?.stats} list={list} />
        <ExportButton wanted={list.query} />
      </TabHead>
      <QueryTable
        label={t('devices.title')}
        query={query}
        rows={(data) => data.devices}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('devices.search')}
        isDense
        filters={<DeviceFilterBar list={list} />}
        selection={selection}
        empty={<Empty />}
        emptyFiltered={
          isArchived && !list.query.q ? (
            <EmptyState
              title={t('devices.emptyArchivedTitle')}
              text={t('devices.emptyArchivedText')}
            />
          ) : undefined
        }
      />
      {/* Whoever follows a link to the form but may not use it gets the list. */}
      <CreateDeviceDialog isOpen={create !== null && !refusal} onClose={() => setCreate(null)} />
    </>
  );
}

/** The picked devices, also those of other pages. */
function useSelection(wanted: Parameters<typeof firstDevices>[0], shown: Device[]) {
  const toast = useToast();
  const [picked, setPicked] = useState<Device[]>([]);
  const all = useMutation({
    mutationFn: () => firstDevices(wanted),
    onSuccess: setPicked,
    onError: toast.failed,
    gcTime: 0,
  });
  return {
    keys: picked.map(({ id }) => id),
    onChange: (keys: string[]) => {
      const known = new Map([...picked, ...shown].map((device) => [device.id, device]));
      setPicked(keys.flatMap((key) => known.get(key) ?? []));
    },
    nameOf: deviceTitle,
    actions: <BulkActions devices={picked} onDone={() => setPicked([])} />,
    all: { max: BULK_MAX, isPicking: all.isPending, onPick: () => all.mutate() },
  };
}

function ExportButton({ wanted }: { wanted: Parameters<typeof devicesQuery>[1] }) {
  const { t } = useTranslation();
  const toast = useToast();
  const csv = useExportDevices();
  return (
    <Button
      icon={<DownloadOutlined />}
      loading={csv.isPending}
      onClick={() =>
        csv.mutate(wanted, {
          onSuccess: (blob) =>
            saveFile(blob, `devices-${new Date().toISOString().slice(0, 10)}.csv`),
          onError: toast.failed,
        })
      }
    >
      {t('spaces.export')}
    </Button>
  );
}

/** The ways in, for those who may use them. */
function Empty() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  return (
    <EmptyState
      title={t('devices.emptyTitle')}
      text={refusal ? t('devices.emptyTextReader') : t('devices.emptyText')}
      action={!refusal && <Link to={paths.onboarding()}>{t('devices.emptyAction')}</Link>}
    />
  );
}
