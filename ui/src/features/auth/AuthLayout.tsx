import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguagePicker } from '@/app/session/LanguagePicker';
import { Logo } from '@/components/Logo';
import { PageHeader } from '@/components/PageHeader';
import styles from './AuthLayout.module.css';
import { LotPicture } from './LotPicture';

type Props = { title: string; intro?: ReactNode; children: ReactNode; foot?: ReactNode };

/** The frame of every page in front of the sign-in. */
export function AuthLayout({ title, intro, children, foot }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.layout}>
      <header className={styles.picture}>
        <div className={styles.brand}>
          <Logo size={40} />
          <span>{t('app.name')}</span>
        </div>
        <LotPicture />
      </header>
      <main className={styles.main}>
        <div className={styles.form}>
          <PageHeader title={title} intro={intro} />
          {children}
          {foot && <div className={styles.foot}>{foot}</div>}
        </div>
        <LanguagePicker />
      </main>
    </div>
  );
}
