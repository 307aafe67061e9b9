import { useTranslation } from 'react-i18next';
import { useLimits } from '@/app/session/me';
import { useFormats } from '@/components/format';
import { WarningFilled } from '@/components/icons';
import styles from './home.module.css';

/** Says it before the next "create" is refused. */
export function LimitNotice() {
  const { t } = useTranslation();
  const formats = useFormats();
  const near = useLimits().data?.resources.filter(({ near_limit }) => near_limit) ?? [];
  if (near.length === 0) return null;
  const names = near.map(({ resource, used, max }) =>
    t('limitNotice.resource', {
      resource: t(`usage.resources.${resource}`),
      used: formats.number(used),
      max: formats.number(max),
    }),
  );
  return (
    <div className={styles.limit} role="status">
      <WarningFilled />
      <span>{t('limitNotice.text', { resources: formats.list(names) })}</span>
    </div>
  );
}
