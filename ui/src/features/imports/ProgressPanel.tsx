import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Import } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import styles from './imports.module.css';
import { isUnderWay } from './queries';

/** How much of the work is done, and where to look at it. */
export function ProgressPanel({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { total, ready, created, removed } = one.rows;
  const isUndo = one.status === 'undoing' || one.status === 'undone';
  const done = isUndo ? removed : total - ready;
  const whole = isUndo ? removed + created : total;
  const percent = whole === 0 ? 100 : Math.floor((done * 100) / whole);
  const n = { count: created, formatted: formats.number(created) };
  return (
    <Panel title={isUndo ? t('imports.undoProgress') : t('imports.progress')}>
      {isUnderWay(one) && (
        <div role="status">
          <Progress
            percent={percent}
            status="active"
            aria-label={isUndo ? t('imports.undoProgress') : t('imports.progress')}
          />
          <p className={styles.hint}>
            {t('imports.doneOf', { done: formats.number(done), whole: formats.number(whole) })}
          </p>
        </div>
      )}
      {!isUnderWay(one) && (
        <p className={styles.outcome}>
          {one.status === 'undone'
            ? t('imports.undoneOutcome', {
                removed: formats.number(removed),
                kept: formats.number(created),
              })
            : one.kind === 'spaces'
              ? t('imports.createdBays', n)
              : t('imports.createdDevices', n)}{' '}
          {created > 0 && one.kind === 'spaces' && (
            <Link to={one.site_id ? paths.siteSpaces(one.site_id) : paths.spaces()}>
              {t('imports.toBays')}
            </Link>
          )}
        </p>
      )}
    </Panel>
  );
}
