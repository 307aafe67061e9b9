import { Button, DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { Filters } from '@/components/Filters';
import { CloseOutlined } from '@/components/icons';
import type { ListState } from '@/components/listState';
import styles from './auditLog.module.css';
import { type AuditFilter, auditFilters } from './queries';
import { actions, entityTypes, useAuditWords } from './words';

/** Filters without a field of their own: set from an entry, shown so that they can be taken off. */
const pinned = ['actor_id', 'entity_id', 'request_id'] as const;

const NONE = Object.fromEntries(auditFilters.map((name) => [name, undefined]));

export function AuditFilterBar({ list }: { list: ListState<AuditFilter> }) {
  const { t } = useTranslation();
  const words = useAuditWords();
  const { filters } = list;
  const { from, to, ...others } = filters;
  return (
    <Filters
      count={Object.keys(others).length + (from || to ? 1 : 0)}
      onReset={() => list.setFilters(NONE)}
    >
      <Select
        className={styles.filter}
        aria-label={t('audit.filterAction')}
        placeholder={t('audit.filterAction')}
        allowClear
        // Found by its name as well as by what the API calls it.
        showSearch={{ filterOption: isFound }}
        popupMatchSelectWidth={320}
        value={filters.action}
        onChange={(action) => list.setFilter('action', action)}
        options={actions.map((value) => ({ value, label: words.action(value) }))}
        optionRender={({ label, value }) => (
          <span className={styles.option}>
            {label}
            <code>{value}</code>
          </span>
        )}
      />
      <Select
        className={styles.filter}
        aria-label={t('audit.filterEntity')}
        placeholder={t('audit.filterEntity')}
        allowClear
        value={filters.entity_type}
        onChange={(type) => list.setFilter('entity_type', type)}
        options={entityTypes.map((value) => ({ value, label: words.entityType(value) }))}
      />
      <DatePicker.RangePicker
        className={styles.range}
        classNames={{ popup: { root: styles.months } }}
        aria-label={t('audit.filterTime')}
        placeholder={[t('audit.from'), t('audit.to')]}
        allowEmpty={[true, true]}
        value={[
          filters.from ? dayjs(filters.from) : null,
          // The end is exclusive on the wire and inclusive in the calendar.
          filters.to ? dayjs(filters.to).subtract(1, 'day') : null,
        ]}
        onChange={(range) =>
          list.setFilters({
            from: range?.[0]?.startOf('day').toISOString(),
            to: range?.[1]?.startOf('day').add(1, 'day').toISOString(),
          })
        }
      />
      {pinned.map((name) => {
        const value = filters[name];
        return value ? (
          <Button
            key={name}
            size="small"
            icon={<CloseOutlined />}
            iconPlacement="end"
            onClick={() => list.setFilter(name, undefined)}
          >
            {t(`audit.pinned.${name}`)} <code>{value.slice(0, 13)}…</code>
          </Button>
        ) : null;
      })}
    </Filters>
  );
}

function isFound(text: string, option?: { value: string; label: string }): boolean {
  const wanted = text.toLowerCase();
  return [option?.value, option?.label].some((word) => word?.toLowerCase().includes(wanted));
}
