import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { MenuFoldOutlined, MenuUnfoldOutlined } from '@/components/icons';
import { Logo } from '@/components/Logo';
import { useMe } from '../session/me';
import { ConnectionState } from './ConnectionState';
import { type Destination, destinations } from './navigation';
import styles from './SideNav.module.css';

type Props = {
  isCollapsed?: boolean;
  onCollapse?: (isCollapsed: boolean) => void;
  /** Called when a link was followed: the drawer closes. */
  onFollow?: () => void;
};

export function SideNav({ isCollapsed = false, onCollapse, onFollow }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const all = destinations(me, t);
  const sections: { key: Destination['section']; title?: string }[] = [
    { key: 'main' },
    { key: 'tenant', title: t('nav.sectionTenant') },
    { key: 'platform', title: t('nav.sectionPlatform') },
  ];
  return (
    <nav aria-label={t('nav.label')} className={isCollapsed ? styles.collapsed : styles.side}>
      <div className={styles.brand}>
        <Logo size={34} />
        {!isCollapsed && <span className={styles.name}>{t('app.name')}</span>}
      </div>
      <div className={styles.nav}>
        {sections.map(({ key, title }) => {
          const links = all.filter(({ section }) => section === key);
          if (links.length === 0) return null;
          return (
            <div key={key} className={styles.section}>
              {title && !isCollapsed && <div className={styles.sectionTitle}>{title}</div>}
              {title && isCollapsed && <div className={styles.rule} />}
              <ul className={styles.links}>
                {links.map((link) => (
                  <li key={link.path}>
                    <SideLink link={link} isCollapsed={isCollapsed} onFollow={onFollow} />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
      <div className={styles.foot}>
        <ConnectionState isCompact={isCollapsed} />
        {onCollapse && (
          <button
            type="button"
            className={styles.fold}
            onClick={() => onCollapse(!isCollapsed)}
            aria-expanded={!isCollapsed}
            aria-label={isCollapsed ? t('nav.expand') : t('nav.collapse')}
            title={isCollapsed ? t('nav.expand') : t('nav.collapse')}
          >
            {isCollapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          </button>
        )}
      </div>
    </nav>
  );
}

function SideLink({
  link,
  isCollapsed,
  onFollow,
}: {
  link: Destination;
  isCollapsed: boolean;
  onFollow?: () => void;
}) {
  return (
    <Tooltip title={isCollapsed ? link.label : null} placement="right">
      <NavLink
        to={link.path}
        // A page of its own stands below the settings' address.
        end={link.path === '/' || link.path === '/settings'}
        className={({ isActive }) => (isActive ? styles.active : styles.link) ?? ''}
        onClick={onFollow}
        aria-label={isCollapsed ? link.label : undefined}
      >
        <span className={styles.icon} aria-hidden="true">
          {link.icon}
        </span>
        {!isCollapsed && <span>{link.label}</span>}
        {link.badge}
      </NavLink>
    </Tooltip>
  );
}
