import { Button, Drawer } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Filters.module.css';
import { FilterOutlined } from './icons';
import { useIsNarrow } from './mediaQuery';

type Props = {
  /** How many are set, which the button says while they are out of sight. */
  count: number;
  onReset: () => void;
  children: ReactNode;
};

/** A list's filters: beside its search where there is room, behind one button on a phone. */
export function Filters({ count, onReset, children }: Props) {
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();
  const [isOpen, setIsOpen] = useState(false);
  if (!isNarrow) return children;
  return (
    <>
      <Button icon={<FilterOutlined />} aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        {count > 0 ? t('table.filtersSet', { n: count }) : t('table.filters')}
      </Button>
      <Drawer
        open={isOpen}
        onClose={() => setIsOpen(false)}
        // The whole height, because lists and calendars open inside of it.
        size="100vw"
        title={t('table.filters')}
        footer={
          <div className={styles.foot}>
            <Button disabled={count === 0} onClick={onReset}>
              {t('table.resetFilters')}
            </Button>
            <Button type="primary" onClick={() => setIsOpen(false)}>
              {t('table.showHits')}
            </Button>
          </div>
        }
      >
        <div className={styles.fields}>{children}</div>
      </Drawer>
    </>
  );
}
