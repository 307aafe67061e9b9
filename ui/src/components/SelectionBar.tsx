import { Button, type CheckboxProps, type TableProps } from 'antd';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from './format';
import styles from './QueryTable.module.css';

/** Rows picked for what is done to many at once. */
export type Selection<Row> = {
  keys: string[];
  onChange: (keys: string[]) => void;
  nameOf: (row: Row) => string;
  /** What can be done with them. */
  actions: ReactNode;
  /** Picks what the whole list holds, also on other pages, as far as it can be dealt with at once. */
  all?: { max: number; isPicking: boolean; onPick: () => void };
};

/** Says how many are picked, also those on other pages, and offers what can be done with them. */
export function SelectionBar<Row>({
  selection,
  total,
}: {
  selection: Selection<Row>;
  total: number;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const count = selection.keys.length;
  const { all } = selection;
  const whole = Math.min(total, all?.max ?? 0);
  return (
    <section className={styles.selection} aria-label={t('table.selection')}>
      <strong>{t('table.selected', { count, formatted: formats.number(count) })}</strong>
      {selection.actions}
      {all && count < whole && (
        <Button loading={all.isPicking} onClick={all.onPick}>
          {total > all.max
            ? t('table.selectFirst', { formatted: formats.number(whole) })
            : t('table.selectWhole', { formatted: formats.number(whole) })}
        </Button>
      )}
      <Button type="text" onClick={() => selection.onChange([])}>
        {t('table.clearSelection')}
      </Button>
    </section>
  );
}

/** The boxes in the table, each named by its row. */
export function rowSelection<Row>(
  { keys, onChange, nameOf }: Selection<Row>,
  allLabel: string,
  t: TFunction,
): TableProps<Row>['rowSelection'] {
  return {
    selectedRowKeys: keys,
    // What was picked on another page stays picked.
    preserveSelectedRowKeys: true,
    onChange: (next) => onChange(next.map(String)),
    getCheckboxProps: (row) =>
      ({ 'aria-label': t('table.select', { name: nameOf(row) }) }) as Partial<CheckboxProps>,
    getTitleCheckboxProps: () => ({ 'aria-label': allLabel }) as Partial<CheckboxProps>,
  };
}
