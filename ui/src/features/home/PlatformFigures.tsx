import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './home.module.css';
import { tenantStatsQuery } from './queries';

const figures = ['active', 'suspended', 'deleting'] as const;

/** For those who run the platform: how many customers it carries. */
export function PlatformFigures() {
  const { t } = useTranslation();
  const formats = useFormats();
  const stats = useQuery(tenantStatsQuery(useTenantId(), true));
  if (stats.error) return <ProblemAlert error={stats.error} onRetry={() => void stats.refetch()} />;
  return (
    <section aria-label={t('home.platform')} className={styles.figures}>
      {figures.map((figure) => (
        <Link key={figure} to={paths.tenants({ status: figure })} className={styles.figure}>
          <span className={styles.number}>
            {stats.data ? formats.number(stats.data[figure]) : '–'}
          </span>
          <span>{t(`home.figures.${figure}`, { count: stats.data?.[figure] ?? 0 })}</span>
        </Link>
      ))}
      <div className={styles.figure}>
        <span className={styles.number}>{stats.data ? formats.number(stats.data.users) : '–'}</span>
        <span>{t('home.figures.users', { count: stats.data?.users ?? 0 })}</span>
      </div>
    </section>
  );
}
