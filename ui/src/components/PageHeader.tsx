import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './PageHeader.module.css';

type Props = { title: string; intro?: ReactNode; actions?: ReactNode };

let isFirstPage = true;

export function PageHeader({ title, intro, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);

  // A route change moves focus to the new page's heading, so that a screen reader says where one is;
  // the first page keeps the browser's own starting point, and a dialog that came with the page its field.
  useEffect(() => {
    if (isFirstPage) isFirstPage = false;
    else if (!document.activeElement?.closest('[role="dialog"]')) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);

  return (
    <header className={styles.header}>
      <PageTitle title={title} />
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {intro && <p className={styles.intro}>{intro}</p>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

/** The browser tab's title. */
function PageTitle({ title }: { title: string }) {
  const { t } = useTranslation();
  return <title>{`${title} · ${t('app.name')}`}</title>;
}
