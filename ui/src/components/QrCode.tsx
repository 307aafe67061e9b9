import { useMemo } from 'react';
import styles from './QrCode.module.css';
import { qrPath } from './qr';

/** A QR code, dark on light in either theme: many cameras read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { side, path } = useMemo(() => qrPath(text), [text]);
  return (
    <svg
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={label}
      className={styles.code}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
