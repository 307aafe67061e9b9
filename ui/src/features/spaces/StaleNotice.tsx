import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { WarningFilled } from '@/components/icons';
import { useFromNow } from '@/components/now';
import styles from './operations.module.css';
import { currencyOf } from './operationsView';

type Props = { isFresh: boolean; asOf: number; isFailed: boolean; isLarge?: boolean };

/** Says plainly that what is shown is not how things are now, as long as that is so. */
export function StaleNotice({ isFresh, asOf, isFailed, isLarge = false }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const currency = useFromNow((now) => currencyOf({ isFresh, asOf, isFailed }, now));
  const age = useFromNow((now) => formats.since(asOf, Math.max(now, asOf)));
  return (
    <div role="alert">
      {currency === 'stale' && asOf > 0 && (
        <div className={isLarge ? styles.staleLarge : styles.stale}>
          <WarningFilled />
          <strong>{t('operations.staleTitle', { at: formats.clock(asOf) })}</strong>
          <span>{t('operations.staleText', { age })}</span>
        </div>
      )}
    </div>
  );
}
