import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alarm } from '@/api/types';
import { paths } from '@/app/paths';
import { useAlarmWords } from '@/components/alarms';
import { Age } from '@/components/Moment';
import type { Column } from '@/components/QueryTable';
import { SeverityTag } from '@/components/SeverityTag';
import { AlarmActions } from './AlarmActions';
import { AlarmStatus } from './AlarmStatus';
import styles from './alarms.module.css';

type Options = { isCrossTenant: boolean; onOpen: (id: string) => void };

export function useAlarmColumns({ isCrossTenant, onOpen }: Options): Column<Alarm>[] {
  const { t } = useTranslation();
  const tenant: Column<Alarm> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'subject',
      title: t('alarms.subject'),
      sort: 'subject',
      isPrimary: true,
      render: (alarm) => <SubjectCell alarm={alarm} onOpen={onOpen} />,
    },
    {
      key: 'severity',
      title: t('alarms.severity'),
      sort: 'severity',
      render: ({ severity }) => <SeverityTag severity={severity} />,
    },
    {
      key: 'raised_at',
      title: t('alarms.raised'),
      sort: 'raised_at',
      render: ({ raised_at }) => <Age at={raised_at} />,
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'site',
      title: t('alarms.site'),
      render: (alarm) => <PlaceCell alarm={alarm} />,
    },
    {
      key: 'status',
      title: t('alarms.status'),
      render: (alarm) => <AlarmStatus alarm={alarm} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (alarm) => <AlarmActions alarm={alarm} />,
    },
  ];
}

/** What is wrong, with what. */
function SubjectCell({ alarm, onOpen }: { alarm: Alarm; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const { id, kind, subject_name, children_count, is_open } = alarm;
  return (
    <>
      <button
        type="button"
        className={styles.open}
        aria-label={t('alarms.open', { kind: words.kind(kind), name: subject_name })}
        onClick={() => onOpen(id)}
      >
        {subject_name}
      </button>
      <span className={styles.second}>
        {words.kind(kind)}
        {children_count > 0 && is_open && `, ${t('alarms.explains', { count: children_count })}`}
      </span>
    </>
  );
}

function PlaceCell({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const { site_id, site_name, space_code, subject_type } = alarm;
  if (!site_id) return '–';
  return (
    <>
      <Link to={paths.site(site_id)}>{site_name}</Link>
      {space_code && subject_type === 'device' && (
        <span className={styles.second}>{t('alarms.atBay', { code: space_code })}</span>
      )}
    </>
  );
}
