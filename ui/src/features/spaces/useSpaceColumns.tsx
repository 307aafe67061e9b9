import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useBayWords } from '@/components/bays';
import { Age } from '@/components/Moment';
import type { Column } from '@/components/QueryTable';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { SpaceActions } from './SpaceActions';
import styles from './spaces.module.css';

type Options = { isCrossTenant: boolean; isOneSite: boolean; onOpen: (id: string) => void };

export function useSpaceColumns({ isCrossTenant, isOneSite, onOpen }: Options): Column<Space>[] {
  const { t } = useTranslation();
  const words = useBayWords();
  const tenant: Column<Space> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  const site: Column<Space> = {
    key: 'site',
    title: t('spaces.site'),
    render: ({ site_id, site_name }) => <Link to={paths.site(site_id)}>{site_name}</Link>,
  };
  return [
    {
      key: 'code',
      title: t('spaces.code'),
      sort: 'code',
      isPrimary: true,
      minWidth: 130,
      render: (space) => <CodeCell space={space} onOpen={onOpen} />,
    },
    {
      key: 'state',
      title: t('spaces.state'),
      sort: 'state',
      render: (space) => <StateCell space={space} />,
    },
    {
      key: 'state_changed_at',
      title: t('spaces.since'),
      sort: 'state_changed_at',
      render: ({ state_changed_at }) => <Age at={state_changed_at} />,
    },
    ...(isCrossTenant ? [tenant] : []),
    ...(isOneSite ? [] : [site]),
    { key: 'level', title: t('spaces.level'), render: ({ level }) => level ?? '–' },
    { key: 'zone', title: t('spaces.zone'), render: ({ zone }) => zone ?? '–' },
    {
      key: 'kind',
      title: t('spaces.kind'),
      sort: 'kind',
      render: ({ kind, is_reservable }) => (
        <>
          {words.kind(kind)}
          {!is_reservable && <span className={styles.second}>{t('spaces.notReservable')}</span>}
        </>
      ),
    },
    {
      key: 'sensor',
      title: t('spaces.sensor'),
      render: ({ sensor }) => (sensor ? <code className={styles.eui}>{sensor.dev_eui}</code> : '–'),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (space) => <SpaceActions space={space} />,
    },
  ];
}

/** The code, which opens the bay, and what else it is called. */
function CodeCell({ space, onOpen }: { space: Space; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const { id, code, name, deleted_at } = space;
  return (
    <>
      <button
        type="button"
        className={styles.open}
        aria-label={t('spaces.open', { code })}
        onClick={() => onOpen(id)}
      >
        {code}
      </button>
      {name && <span className={styles.second}>{name}</span>}
      {deleted_at && (
        <span className={styles.second}>
          {t('estate.deleted')} <Age at={deleted_at} />
        </span>
      )}
    </>
  );
}

/** The state, and what people gave as the reason where people took it out of use. */
function StateCell({ space }: { space: Space }) {
  const now = space.overrides.find(({ starts_at }) => Date.parse(starts_at) <= Date.now());
  return (
    <>
      <SpaceStateTag state={space.state} />
      {space.state === 'maintenance' && now && (
        <span className={styles.reason} title={now.reason}>
          {now.reason}
        </span>
      )}
    </>
  );
}
