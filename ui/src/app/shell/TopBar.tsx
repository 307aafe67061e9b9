import { useTranslation } from 'react-i18next';
import { MenuOutlined, SearchOutlined } from '@/components/icons';
import { useMe } from '../session/me';
import { TenantSwitcher } from './TenantSwitcher';
import styles from './TopBar.module.css';
import { UserMenu } from './UserMenu';

type Props = { onOpenNav?: () => void; onOpenPalette: () => void };

export function TopBar({ onOpenNav, onOpenPalette }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <header className={styles.bar}>
      {onOpenNav && (
        <button
          type="button"
          className={styles.iconButton}
          onClick={onOpenNav}
          aria-label={t('nav.open')}
          aria-haspopup="dialog"
        >
          <MenuOutlined />
        </button>
      )}
      <TenantSwitcher me={me} />
      <button
        type="button"
        className={styles.palette}
        onClick={onOpenPalette}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
      >
        <SearchOutlined />
        <span className={styles.paletteWords}>{t('palette.hint')}</span>
        <kbd>{t('palette.keys')}</kbd>
      </button>
      <UserMenu me={me} />
    </header>
  );
}
