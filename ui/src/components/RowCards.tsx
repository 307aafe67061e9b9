import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Column } from './QueryTable';
import styles from './QueryTable.module.css';
import type { Selection } from './SelectionBar';

type Props<Row> = {
  rows: Row[];
  rowKey: (row: Row) => string;
  columns: Column<Row>[];
  isRowMuted?: (row: Row) => boolean;
  selection?: Selection<Row>;
};

/** The same rows on a phone: one card each, nothing to scroll sideways. */
export function RowCards<Row>({ rows, rowKey, columns, isRowMuted, selection }: Props<Row>) {
  const { t } = useTranslation();
  const primary = columns.find(({ isPrimary }) => isPrimary) ?? columns[0];
  const actions = columns.filter(({ isActions }) => isActions);
  const details = columns.filter((column) => column !== primary && !column.isActions);
  return (
    <ul className={styles.cards}>
      {rows.map((row) => (
        <li key={rowKey(row)} className={isRowMuted?.(row) ? styles.mutedCard : styles.card}>
          <div className={styles.cardHead}>
            {selection && (
              <Checkbox
                aria-label={t('table.select', { name: selection.nameOf(row) })}
                checked={selection.keys.includes(rowKey(row))}
                onChange={({ target }) =>
                  selection.onChange(
                    target.checked
                      ? [...selection.keys, rowKey(row)]
                      : selection.keys.filter((key) => key !== rowKey(row)),
                  )
                }
              />
            )}
            <div className={styles.cardName}>{primary?.render(row)}</div>
            {actions.map((column) => (
              <div key={column.key}>{column.render(row)}</div>
            ))}
          </div>
          <dl className={styles.details}>
            {details.map((column) => (
              <div key={column.key} className={styles.detail}>
                <dt>{column.title}</dt>
                <dd>{column.render(row)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
