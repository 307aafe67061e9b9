import type { Severity } from '@/api/types';
import { useAlarmWords } from './alarms';
import styles from './SeverityTag.module.css';

const outlines: Record<Severity, React.ReactNode> = {
  critical: <path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5Z" />,
  warning: <path d="M8 .8 15.6 14.8H.4Z" />,
  info: <circle cx="8" cy="8" r="7.2" />,
};
const letters: Record<Severity, string> = { critical: 'C', warning: 'W', info: 'i' };

/** How bad it is, as shape, letter, word and colour. */
export function SeverityTag({ severity }: { severity: Severity }) {
  const words = useAlarmWords();
  return (
    <span className={`${styles.severity} ${styles[severity]}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" className={styles.mark}>
        {outlines[severity]}
        <text x="8" y={severity === 'warning' ? 13 : 11.4} textAnchor="middle">
          {letters[severity]}
        </text>
      </svg>
      {words.severity(severity)}
    </span>
  );
}
