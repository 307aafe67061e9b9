import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Import, ImportRow, RowVerdict } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { DownloadOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { type Column, QueryTable } from '@/components/QueryTable';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './imports.module.css';
import { rowFilters, rowsQuery, rowVerdicts, useExportRows } from './queries';
import { useImportWords, verdictTones } from './words';

const KEYS: Record<Import['kind'], string> = { spaces: 'code', devices: 'dev_eui' };

/** What became of each row, the refused ones with their reasons and as a file to correct. */
export function RowsPanel({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  const toast = useToast();
  const csv = useExportRows(one.id);
  const list = useListState<'verdict'>(rowFilters);
  const progress = JSON.stringify(one.rows);
  const query = useQuery(rowsQuery(useTenantId(), one.id, progress, list.query));
  const verdict = list.filters.verdict as RowVerdict | undefined;

  const download = () =>
    csv.mutate(verdict ?? 'refused', {
      onSuccess: (blob) => saveFile(blob, one.file_name.replace(/(\.\w+)?$/, '-rows.csv')),
      onError: toast.failed,
    });

  return (
    <QueryTable
      label={t('imports.rowsTitle')}
      query={query}
      rows={(data) => data.rows}
      rowKey={({ line }) => String(line)}
      columns={useColumns(one)}
      list={list}
      isDense
      filters={
        <>
          <VerdictFilter
            import={one}
            verdict={verdict}
            onChange={(next) => list.setFilter('verdict', next)}
          />
          {(verdict !== undefined || one.rows.refused > 0) && (
            <Button icon={<DownloadOutlined />} loading={csv.isPending} onClick={download}>
              {verdict === undefined || verdict === 'refused'
                ? t('imports.downloadRefused')
                : t('imports.downloadRows')}
            </Button>
          )}
        </>
      }
      empty={<EmptyState title={t('imports.noRows')} text={t('imports.noRowsText')} />}
    />
  );
}

type FilterProps = {
  import: Import;
  verdict: RowVerdict | undefined;
  onChange: (verdict: RowVerdict | undefined) => void;
};

/** How many rows met which fate; each number leads to them. */
function VerdictFilter({ import: one, verdict, onChange }: FilterProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useImportWords();
  const counts: Partial<Record<RowVerdict, number>> = one.rows;
  const choices = [
    { value: undefined, label: t('imports.allRows'), count: one.rows.total },
    ...rowVerdicts.map((value) => ({
      value,
      label: words.verdict(value),
      count: counts[value] ?? 0,
    })),
  ].filter(({ value, count }) => count > 0 || value === undefined || value === verdict);
  return (
    <fieldset className={styles.verdicts}>
      <legend className={styles.legend}>{t('imports.filterVerdict')}</legend>
      {choices.map(({ value, label, count }) => (
        <button
          key={value ?? 'all'}
          type="button"
          className={value === verdict ? styles.verdictOn : styles.verdict}
          aria-pressed={value === verdict}
          onClick={() => onChange(value)}
        >
          {label} <strong>{formats.number(count)}</strong>
        </button>
      ))}
    </fieldset>
  );
}

function useColumns(one: Import): Column<ImportRow>[] {
  const { t } = useTranslation();
  const words = useImportWords();
  const key = one.columns.find(({ name }) => name === KEYS[one.kind])?.index ?? 0;
  return [
    {
      key: 'row',
      title: words.column(KEYS[one.kind]),
      isPrimary: true,
      render: ({ cells }) => (
        <>
          <span className={styles.cell}>{cells[key] || '–'}</span>
          <span className={styles.cells}>
            {cells.filter((cell, index) => index !== key && cell !== '').join(' · ')}
          </span>
        </>
      ),
    },
    {
      key: 'line',
      title: t('imports.line'),
      align: 'right',
      width: 90,
      render: ({ line }) => line,
    },
    {
      key: 'verdict',
      title: t('imports.verdict'),
      render: ({ verdict }) => (
        <StatusTag tone={verdictTones[verdict]}>{words.verdict(verdict)}</StatusTag>
      ),
    },
    {
      key: 'messages',
      title: t('imports.why'),
      minWidth: 260,
      render: ({ messages }) =>
        messages.length === 0 ? (
          '–'
        ) : (
          <ul className={styles.messages}>
            {messages.map((message) => (
              <li key={`${message.code} ${message.field}`}>{words.message(message)}</li>
            ))}
          </ul>
        ),
    },
  ];
}
