import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Site } from '@/api/types';
import { Booking } from './Booking';
import styles from './booking.module.css';
import type { Wish } from './spans';

type Props = { site: Site; wish: Wish | null; onClose: () => void };

/** What was drawn on the calendar becomes a reservation beside it. */
export function BookingDrawer({ site, wish, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={wish !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(880px, 100vw)"
      title={t('booking.title')}
    >
      {wish && (
        <div className={styles.inDrawer}>
          <Booking
            key={`${wish.spaceId} ${wish.start} ${wish.end}`}
            site={site}
            begun={{ spaceId: wish.spaceId, start: wish.start, end: wish.end }}
            onDone={onClose}
            onSeries={onClose}
            onCancel={onClose}
          />
        </div>
      )}
    </Drawer>
  );
}
