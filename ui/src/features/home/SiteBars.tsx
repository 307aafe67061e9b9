import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Dashboard } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { OccupancyBar } from '@/components/OccupancyBar';
import styles from './home.module.css';

/** How full each site is. */
export function SiteBars({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const total = data.counts.sites ?? 0;
  return (
    <>
      <ul className={styles.sites}>
        {data.sites.map(({ id, name, tenant_name, occupancy }) => (
          <li key={id} className={styles.site}>
            <span className={styles.siteName}>
              <Link to={paths.site(id)}>{name}</Link>
              {data.is_cross_tenant && <span className={styles.note}>{tenant_name}</span>}
            </span>
            <OccupancyBar counts={occupancy} />
          </li>
        ))}
      </ul>
      {total > data.sites.length && (
        <p className={styles.more}>
          <Link to={paths.sites()}>
            {t('dashboard.moreSites', {
              shown: formats.number(data.sites.length),
              total: formats.number(total),
            })}
          </Link>
        </p>
      )}
    </>
  );
}
