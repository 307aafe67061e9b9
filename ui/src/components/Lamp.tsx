import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { LampState } from '@/api/types';
import styles from './Lamp.module.css';

type Props = {
  state: LampState;
  /** Six hexadecimal digits. */
  color: string;
  /** For how long it is on, and then off; steady without. */
  blinkMs?: number | null;
};

/** A lamp as it shines, with a letter for whoever tells colours badly. */
export function Lamp({ state, color, blinkMs }: Props) {
  const { t } = useTranslation();
  const style = {
    '--lamp': `#${color}`,
    '--blink': blinkMs ?? 0,
    color: inkOn(color),
  } as CSSProperties;
  return (
    <span
      aria-hidden="true"
      className={blinkMs ? `${styles.lamp} ${styles.blinking}` : styles.lamp}
      style={style}
    >
      {t(`lamps.letters.${state}`)}
    </span>
  );
}

/** Black or white, whichever is read better on a colour. */
export function inkOn(color: string): string {
  const part = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
  // Where contrast with black and with white is the same.
  return light > 0.179 ? '#000000' : '#ffffff';
}
