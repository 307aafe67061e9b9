import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session/me';
import { PageHeader } from '@/components/PageHeader';
import { PasswordPanel } from './PasswordPanel';
import { PersonPanel } from './PersonPanel';
import styles from './profile.module.css';

export default function ProfilePage() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <>
      <PageHeader title={t('profile.title')} intro={t('profile.intro')} />
      {me.user && (
        <div className={styles.panels}>
          <PersonPanel user={me.user} />
          <PasswordPanel email={me.user.email} />
        </div>
      )}
    </>
  );
}
