import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Alarm } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { SettingOutlined } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { QueryTable } from '@/components/QueryTable';
import { AlarmDrawer } from './AlarmDrawer';
import { AlarmFilterBar } from './AlarmFilterBar';
import styles from './alarms.module.css';
import { BulkAlarmActions } from './BulkAlarmActions';
import { type AlarmFilter, alarmFilters, alarmsQuery } from './queries';
import { useAlarmColumns } from './useAlarmColumns';

/** What is wrong now, the newest first; what was wrong is one click away. */
export default function AlarmsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState<AlarmFilter>(alarmFilters);
  const query = useQuery(alarmsQuery(useTenantId(), list.query));
  const [openId, setOpenId] = useOpenParam('alarm');
  const [picked, setPicked] = useState<Alarm[]>([]);
  const alarms = query.data?.alarms ?? [];
  const columns = useAlarmColumns({
    isCrossTenant: query.data?.is_cross_tenant ?? false,
    onOpen: setOpenId,
  });
  return (
    <>
      <PageHeader
        title={t('alarms.title')}
        intro={t('alarms.intro')}
        actions={
          <Button icon={<SettingOutlined />} onClick={() => void navigate(paths.alarmRules())}>
            {t('alarms.toRules')}
          </Button>
        }
      />
      <StatusSwitch list={list} />
      <QueryTable
        label={t('alarms.title')}
        query={query}
        rows={(data) => data.alarms}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('alarms.search')}
        filters={<AlarmFilterBar list={list} />}
        isRowMuted={(alarm) => !alarm.is_open || alarm.is_muted}
        selection={{
          keys: picked.map(({ id }) => id),
          onChange: (keys) => {
            const known = new Map([...picked, ...alarms].map((alarm) => [alarm.id, alarm]));
            setPicked(keys.flatMap((key) => known.get(key) ?? []));
          },
          nameOf: ({ subject_name }) => subject_name,
          actions: <BulkAlarmActions alarms={picked} onDone={() => setPicked([])} />,
        }}
        empty={<EmptyState title={t('alarms.emptyTitle')} text={t('alarms.emptyText')} />}
        emptyFiltered={
          list.filters.status === 'cleared' && !list.query.q ? (
            <EmptyState title={t('alarms.emptyClearedTitle')} text={t('alarms.emptyClearedText')} />
          ) : undefined
        }
      />
      <AlarmDrawer alarmId={openId} onOpen={setOpenId} onClose={() => setOpenId(null)} />
    </>
  );
}

function StatusSwitch({ list }: { list: ListState<AlarmFilter> }) {
  const { t } = useTranslation();
  return (
    <div className={styles.status}>
      <Segmented
        aria-label={t('alarms.filterStatus')}
        value={list.filters.status ?? 'open'}
        onChange={(status) => list.setFilter('status', status === 'open' ? undefined : status)}
        options={[
          { value: 'open', label: t('alarms.statuses.open') },
          { value: 'cleared', label: t('alarms.statuses.cleared') },
          { value: 'all', label: t('alarms.statuses.all') },
        ]}
      />
    </div>
  );
}
