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

/** How old what is shown is; says so plainly when it could not be renewed. */
export function DataAge({ query }: { query: DatedQuery }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  if (query.dataUpdatedAt === 0) return null;
  const age = formats.since(query.dataUpdatedAt, Math.max(now, query.dataUpdatedAt));
  const words = query.isRefetchError
    ? t('dataAge.stale', { at: formats.clock(query.dataUpdatedAt) })
    : t('dataAge.updated', { age });
  return (
    <span className={query.isRefetchError ? styles.stale : styles.age}>
      {query.isRefetchError && <WarningFilled />}
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
