import { type ReactNode, useId } from 'react';
import styles from './Panel.module.css';

type Props = { title: string; intro?: ReactNode; extra?: ReactNode; children: ReactNode };

/** A titled part of a page. */
export function Panel({ title, intro, extra, children }: Props) {
  const titleId = useId();
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h2 id={titleId} className={styles.title}>
          {title}
        </h2>
        {extra}
      </div>
      {intro && <p className={styles.intro}>{intro}</p>}
      {children}
    </section>
  );
}
