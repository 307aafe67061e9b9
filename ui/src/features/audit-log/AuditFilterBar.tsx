import { AutoComplete, Button, DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { CloseOutlined } from '@/components/icons';
import type { ListState } from '@/components/listState';
import styles from './auditLog.module.css';
import type { AuditFilter } from './queries';
import { entityTypes, useAuditWords } from './words';

/** Often looked for; any other action can be typed. */
const commonActions = [
  'login.succeeded',
  'login.failed',
  'user.password_changed',
  'membership.updated',
  'membership.removed',
  'invitation.created',
  'invitation.accepted',
  'api_key.created',
  'api_key.revoked',
  'webhook_secret.rotated',
  'tenant.entered',
  'tenant.updated',
];

/** Filters without a field of their own: set from an entry, shown so that they can be taken off. */
const pinned = ['actor_id', 'entity_id', 'request_id'] as const;

export function AuditFilterBar({ list }: { list: ListState<AuditFilter> }) {
  const { t } = useTranslation();
  const words = useAuditWords();
  const { filters } = list;
  return (
    <>
      <AutoComplete
        // Remounted when the filter changes elsewhere; while typing it keeps its own text.
        key={filters.action ?? ''}
        className={styles.filter}
        aria-label={t('audit.filterAction')}
        placeholder={t('audit.filterAction')}
        defaultValue={filters.action}
        allowClear
        showSearch={{ filterOption: (text, option) => option?.value.includes(text) ?? false }}
        options={commonActions.map((value) => ({ value }))}
        onSelect={(action: string) => list.setFilter('action', action)}
        onClear={() => list.setFilter('action', undefined)}
        onBlur={(event) => {
          const typed = (event.target as HTMLInputElement).value.trim();
          if (typed !== (filters.action ?? '')) list.setFilter('action', typed || undefined);
        }}
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
    </>
  );
}
