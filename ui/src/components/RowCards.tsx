import type { Column } from './QueryTable';
import styles from './QueryTable.module.css';

type Props<Row> = {
  rows: Row[];
  rowKey: (row: Row) => string;
  columns: Column<Row>[];
  isRowMuted?: (row: Row) => boolean;
};

/** The same rows on a phone: one card each, nothing to scroll sideways. */
export function RowCards<Row>({ rows, rowKey, columns, isRowMuted }: Props<Row>) {
  const primary = columns.find(({ isPrimary }) => isPrimary) ?? columns[0];
  const actions = columns.filter(({ isActions }) => isActions);
  const details = columns.filter((column) => column !== primary && !column.isActions);
  return (
    <ul className={styles.cards}>
      {rows.map((row) => (
        <li key={rowKey(row)} className={isRowMuted?.(row) ? styles.mutedCard : styles.card}>
          <div className={styles.cardHead}>
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
