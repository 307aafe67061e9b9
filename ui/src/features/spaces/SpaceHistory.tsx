import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { StateChange } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { Moment } from '@/components/Moment';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { historyQuery } from './queries';
import styles from './spaces.module.css';

/** Why a state became what it was, as the server calls it. */
const causes = [
  'out_of_service',
  'blocked',
  'sensor',
  'reservation',
  'sensor_silent',
  'no_reading',
] as const;
type Cause = (typeof causes)[number];

const isCause = (name: string): name is Cause => causes.some((known) => known === name);

type Props = { spaceId: string; onWhy: (at: string) => void };

/** How a bay's state changed, newest first, each with its cause and a way to the evidence of it. */
export function SpaceHistory({ spaceId, onWhy }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(historyQuery(useTenantId(), spaceId));
  const changes = query.data?.pages.flatMap(({ state_changes }) => state_changes) ?? [];
  return (
    <section>
      <h2 className={styles.title}>{t('spaces.history')}</h2>
      {query.isPending && <Skeleton active />}
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && changes.length === 0 && (
        <p className={styles.hint}>{t('spaces.historyEmpty')}</p>
      )}
      <ol className={styles.history}>
        {changes.map((change) => (
          <HistoryItem key={change.id} change={change} onWhy={onWhy} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('spaces.historyMore')}
        </Button>
      )}
    </section>
  );
}

function HistoryItem({ change, onWhy }: { change: StateChange; onWhy: (at: string) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { at, from, to, cause } = change;
  return (
    <li className={styles.change}>
      <div className={styles.changeHead}>
        <span className={styles.changeStates}>
          <SpaceStateTag state={from} /> <span aria-hidden="true">→</span>{' '}
          <SpaceStateTag state={to} />
        </span>
        <Moment at={at} />
      </div>
      <div className={styles.changeHead}>
        <span>{isCause(cause) ? t(`spaces.causes.${cause}`) : cause}</span>
        <Button
          size="small"
          aria-label={t('evidence.whyAt', { at: formats.precise(at) })}
          onClick={() => onWhy(at)}
        >
          {t('evidence.why')}
        </Button>
      </div>
    </li>
  );
}
