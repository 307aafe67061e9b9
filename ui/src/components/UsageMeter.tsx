import { useTranslation } from 'react-i18next';
import { useFormats } from './format';
import styles from './UsageMeter.module.css';

type Props = {
  label: string;
  used: number;
  max: number;
  isNearLimit: boolean;
  /** Without the label, which a heading says already. */
  isCompact?: boolean;
};

const SLOTS = 20;
const SLOTS_COMPACT = 8;

/** Use against a limit, drawn as a row of bays that fill up. */
export function UsageMeter({ label, used, max, isNearLimit, isCompact = false }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isFull = used >= max;
  const share = max > 0 ? Math.min(1, used / max) : 1;
  // One bay each while they fit; something used always shows, and only a full row looks full.
  const most = isCompact ? SLOTS_COMPACT : SLOTS;
  const slots = max > 0 && max <= most ? max : most;
  const exact = share * slots;
  const filled = isFull
    ? slots
    : used > 0
      ? Math.min(slots - 1, Math.max(1, Math.round(exact)))
      : 0;
  const tone = isFull ? styles.full : isNearLimit ? styles.near : '';
  const words = t('usage.ofMax', { used: formats.number(used), max: formats.number(max) });

  return (
    <div className={`${styles.meter} ${tone}`}>
      <div className={styles.head}>
        {!isCompact && <span className={styles.label}>{label}</span>}
        <span className={styles.words}>
          {words}
          {isFull ? `, ${t('usage.full')}` : isNearLimit ? `, ${t('usage.near')}` : ''}
        </span>
      </div>
      <div
        className={styles.bays}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(used, max)}
        aria-valuetext={words}
      >
        {Array.from({ length: slots }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: bays have no identity but their place
            key={index}
            className={index < filled ? styles.taken : styles.bay}
          />
        ))}
      </div>
    </div>
  );
}
