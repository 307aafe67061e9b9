import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Me } from '@/api/types';
import { paths } from '@/app/paths';
import { Fact, Facts } from '@/components/Facts';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { useRoleName } from '@/components/roles';
import { StatusTag } from '@/components/StatusTag';
import styles from './home.module.css';

/** Who is signed in, and as what. */
export function WhoPanel({ me }: { me: Me }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return (
    <Panel title={t('home.you')}>
      <Facts>
        <Fact label={t('fields.name')}>{me.user?.name || t('common.unknown')}</Fact>
        <Fact label={t('fields.email')}>{me.user?.email}</Fact>
        <Fact label={t('home.emailState')}>
          {me.user?.email_verified ? (
            <StatusTag tone="good">{t('profile.verified')}</StatusTag>
          ) : (
            <StatusTag tone="warning">{t('profile.unverified')}</StatusTag>
          )}
        </Fact>
        <Fact label={t('home.tenant')}>{me.tenant.name}</Fact>
        <Fact label={t('fields.role')}>{roleName(me.role)}</Fact>
        <Fact label={t('home.lastLogin')}>
          {me.user?.last_login_at ? (
            <>
              <Age at={me.user.last_login_at} />
              {/* The API keeps the latest only, and for whoever reads this it is their own. */}
              <span className={styles.note}>{t('home.lastLoginNote')}</span>
            </>
          ) : (
            t('common.never')
          )}
        </Fact>
      </Facts>
      <div className={styles.links}>
        <Link to={paths.profile()}>{t('nav.profile')}</Link>
        <Link to={paths.sessions()}>{t('nav.sessions')}</Link>
      </div>
    </Panel>
  );
}
