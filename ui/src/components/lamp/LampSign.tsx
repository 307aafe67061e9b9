import type { LampOfBay } from '@/api/types';
import { inkOn } from '../Lamp';
import { Spoken } from '../Spoken';
import styles from './lamp.module.css';
import { shownColor, useLampWords } from './words';

/**
 * A lamp: the ring is what it should show, the middle what it shows as far as anybody knows, with the
 * letter of what it says. Where the two differ a mark says so: never colour alone.
 */
export function LampSign({ display }: { display: LampOfBay }) {
  const words = useLampWords();
  const wanted = display.wanted?.look;
  const shown = shownColor(display);
  const isWrong = display.status === 'mismatch' || display.status === 'unreachable';
  return (
    <span className={styles.sign} data-lamp={display.status}>
      <svg viewBox="-12 -12 24 24" aria-hidden="true" focusable="false">
        <circle
          r="10"
          className={wanted ? styles.ring : styles.none}
          {...(wanted?.color && { style: { stroke: `#${wanted.color}` } })}
        />
        <circle r="7" className={styles.middle} {...(shown && { style: { fill: `#${shown}` } })} />
        <text y="3.2" className={styles.letter} {...(shown && { style: { fill: inkOn(shown) } })}>
          {words.letter(wanted)}
        </text>
        {isWrong && <path d="M4 -11 L11 -1 L-3 -1 Z" className={styles.mark} />}
      </svg>
      <Spoken>
        {words.state(wanted)}, {words.status(display.status)}
      </Spoken>
    </span>
  );
}

/** A colour by itself, beside its digits. */
export function ColorSign({ color }: { color: string | null | undefined }) {
  if (!color) return <>–</>;
  return (
    <span className={styles.color}>
      <span className={styles.patch} style={{ background: `#${color}` }} />
      <code>{color}</code>
    </span>
  );
}
