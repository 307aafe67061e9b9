import { Dropdown, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Me } from '@/api/types';
import {
  BulbOutlined,
  GlobalOutlined,
  LaptopOutlined,
  LogoutOutlined,
  UserOutlined,
} from '@/components/icons';
import { languageNames, languages } from '@/i18n';
import { useThemePreference } from '@/theme/preference';
import { paths } from '../paths';
import { themes, useAppearance } from '../session/appearance';
import { useSessionActions } from '../session/useSession';
import styles from './TopBar.module.css';

export function UserMenu({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const { signOut } = useSessionActions();
  const { chooseLanguage, chooseTheme } = useAppearance();
  const theme = useThemePreference();
  const name = me.user?.name || me.user?.email || '';
  const initial = [...name][0]?.toUpperCase() ?? '';

  const items: MenuProps['items'] = [
    {
      key: 'who',
      type: 'group',
      label: (
        <span className={styles.who}>
          <strong>{name}</strong>
          <span>{me.user?.email}</span>
        </span>
      ),
    },
    { type: 'divider' },
    {
      key: 'profile',
      icon: <UserOutlined />,
      label: <Link to={paths.profile()}>{t('nav.profile')}</Link>,
    },
    {
      key: 'sessions',
      icon: <LaptopOutlined />,
      label: <Link to={paths.sessions()}>{t('nav.sessions')}</Link>,
    },
    { type: 'divider' },
    {
      key: 'language',
      icon: <GlobalOutlined />,
      label: t('appearance.language'),
      children: languages.map((language) => ({
        key: `language:${language}`,
        label: <span lang={language}>{languageNames[language]}</span>,
        onClick: () => void chooseLanguage(language),
      })),
    },
    {
      key: 'theme',
      icon: <BulbOutlined />,
      label: t('appearance.theme'),
      children: themes.map((each) => ({
        key: `theme:${each}`,
        label: t(`appearance.themes.${each}`),
        onClick: () => void chooseTheme(each),
      })),
    },
    { type: 'divider' },
    {
      key: 'signOut',
      icon: <LogoutOutlined />,
      label: t('nav.signOut'),
      onClick: () => void signOut().catch(() => undefined),
    },
  ];

  return (
    <Dropdown
      trigger={['click']}
      autoFocus
      placement="bottomRight"
      menu={{ items, selectedKeys: [`language:${i18n.language}`, `theme:${theme}`] }}
    >
      <button type="button" className={styles.user} aria-label={t('nav.userMenu', { name })}>
        <span className={styles.avatar} aria-hidden="true">
          {initial}
        </span>
      </button>
    </Dropdown>
  );
}
