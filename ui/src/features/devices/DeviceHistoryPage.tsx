import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { Happening, Lifecycle } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { deviceRoles, lifecycles } from '@/components/devices';
import { EmptyState } from '@/components/EmptyState';
import { Moment } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './devices.module.css';
import { historyQuery } from './queries';
import { StageTag } from './StageTag';

export default function DeviceHistoryPage() {
  const { t } = useTranslation();
  const { deviceId: id = '' } = useParams();
  const query = useInfiniteQuery(historyQuery(useTenantId(), id));
  const happenings = query.data?.pages.flatMap(({ history }) => history) ?? [];
  return (
    <Panel title={t('devices.history')} intro={t('devices.historyIntro')}>
      {query.isPending && <Skeleton active />}
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && happenings.length === 0 && (
        <EmptyState title={t('devices.historyEmptyTitle')} text={t('devices.historyEmptyText')} />
      )}
      <ol className={styles.history}>
        {happenings.map((happening) => (
          <HistoryItem key={`${happening.at} ${happening.kind} ${happening.role}`} {...happening} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('devices.historyMore')}
        </Button>
      )}
    </Panel>
  );
}

function HistoryItem({ at, by, reason, ...what }: Happening) {
  const { t } = useTranslation();
  return (
    <li className={styles.change}>
      <div className={styles.changeHead}>
        <What {...what} />
        <Moment at={at} />
      </div>
      {reason && <div>{reason}</div>}
      {by && <div className={styles.second}>{t('spaces.byWhom', { name: by })}</div>}
    </li>
  );
}

const isStage = (name: string | null | undefined): name is Lifecycle =>
  lifecycles.some((known) => known === name);

function What({ kind, role, space_id, space_code, from, to }: Omit<Happening, 'at'>) {
  const { t } = useTranslation();
  if (kind === 'lifecycle') {
    return (
      <span className={styles.changeStages}>
        {isStage(from) && <StageTag stage={from} />} <span aria-hidden="true">→</span>{' '}
        {isStage(to) ? <StageTag stage={to} /> : to}
      </span>
    );
  }
  const known = deviceRoles.find((each) => each === role);
  const bay = space_id ? (
    <Link to={paths.bay(space_id)} className={styles.link}>
      {space_code}
    </Link>
  ) : (
    space_code
  );
  return (
    <span>
      {kind === 'assigned' ? t('devices.happenings.assigned') : t('devices.happenings.unassigned')}{' '}
      {bay}
      {known && <span className={styles.quiet}> ({t(`devices.roles.${known}`)})</span>}
    </span>
  );
}
