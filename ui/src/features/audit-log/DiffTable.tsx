import { Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './auditLog.module.css';
import { type Difference, differences } from './diff';

const signs: Record<Difference['kind'], string> = {
  added: '+',
  removed: '−',
  changed: '≠',
  same: '',
};

/** Old and new side by side, changed fields only unless asked for all. */
export function DiffTable({ before, after }: { before: unknown; after: unknown }) {
  const { t } = useTranslation();
  const [isComplete, setIsComplete] = useState(false);
  const all = differences(before, after);
  const changed = all.filter(({ kind }) => kind !== 'same');
  const rows = isComplete ? all : changed;
  if (all.length === 0) return <p className={styles.none}>{t('audit.noValues')}</p>;
  return (
    <>
      {changed.length < all.length && (
        <Checkbox checked={isComplete} onChange={(event) => setIsComplete(event.target.checked)}>
          {t('audit.showSame', { count: all.length - changed.length })}
        </Checkbox>
      )}
      <table className={styles.diff}>
        <thead>
          <tr>
            <th scope="col">{t('audit.field')}</th>
            <th scope="col">{t('audit.old')}</th>
            <th scope="col">{t('audit.new')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.path}>
              <th scope="row">
                <span className={styles.sign} title={t(`audit.kinds.${row.kind}`)}>
                  {signs[row.kind]}
                </span>
                <code>{row.path}</code>
              </th>
              <td className={row.kind === 'same' ? undefined : styles.old}>{row.old ?? ''}</td>
              <td className={row.kind === 'same' ? undefined : styles.new}>{row.new ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
