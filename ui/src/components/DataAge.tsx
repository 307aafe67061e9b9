import { Button, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './DataAge.module.css';
import { useFormats } from './format';
import { ReloadOutlined, WarningFilled } from './icons';
import { useNow } from './now';

/** The part of a query's result this needs. */
export type DatedQuery = {
  dataUpdatedAt: number;
  isFetching: boolean;
  isRefetchError: boolean;
  refetch: () => unknown;
};

type Props = {
  query: DatedQuery;
  /** Whether what happens is shown as it happens: then it has no age. */
  isLive?: boolean;
};

/** How old what is shown is; says so plainly when it could not be renewed. */
export function DataAge({ query, isLive = false }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  if (query.dataUpdatedAt === 0) return null;
  const age = formats.since(query.dataUpdatedAt, Math.max(now, query.dataUpdatedAt));
  const isStale = query.isRefetchError && !isLive;
  const words = isStale
    ? t('dataAge.stale', { at: formats.clock(query.dataUpdatedAt) })
    : isLive
      ? t('dataAge.live')
      : t('dataAge.updated', { age });
  return (
    <span className={isStale ? styles.stale : styles.age}>
      {isStale && <WarningFilled />}
      {isLive && <span className={styles.live} aria-hidden="true" />}
      {words}
      <Tooltip title={t('dataAge.refresh')}>
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={query.isFetching} />}
          aria-label={t('dataAge.refresh')}
          onClick={() => query.refetch()}
        />
      </Tooltip>
    </span>
  );
}
