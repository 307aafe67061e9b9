import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { FullscreenExitOutlined } from '@/components/icons';
import { useFromNow } from '@/components/now';
import styles from './operations.module.css';

type Props = { name: string; age: ReactNode; onLeave: () => void };

/** What a screen on a wall says of itself: of which place, at what time, and how current. */
export function KioskHeader({ name, age, onLeave }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const clock = useFromNow((now) => formats.clock(now));
  return (
    <header className={styles.wallHead}>
      <title>{`${name} · ${t('app.name')}`}</title>
      <h1 className={styles.wallName}>{name || t('operations.title')}</h1>
      {age}
      <span className={styles.wallClock}>{clock}</span>
      <Button icon={<FullscreenExitOutlined />} onClick={onLeave}>
        {t('operations.leaveKiosk')}
      </Button>
    </header>
  );
}
