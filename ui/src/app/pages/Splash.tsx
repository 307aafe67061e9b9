import { useTranslation } from 'react-i18next';
import { Logo } from '@/components/Logo';
import styles from './pages.module.css';

export function Splash() {
  const { t } = useTranslation();
  return (
    <div className={styles.splash} role="status" aria-label={t('common.loading')}>
      <Logo size={56} />
    </div>
  );
}
