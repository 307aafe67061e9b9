import { tenantColour } from '@/theme/tokens';
import styles from './TenantMark.module.css';

/** A tenant's number plate: its initials on its own colour. */
export function TenantMark({ id, name }: { id: string; name: string }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
  return (
    <span className={styles.mark} style={{ background: tenantColour(id) }} aria-hidden="true">
      {initials}
    </span>
  );
}
