import { useTranslation } from 'react-i18next';
import styles from './CodeBlock.module.css';
import { CopyButton } from './CopyButton';

/** Text meant for a terminal: monospaced, scrollable by keyboard, copied in one press. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const { t } = useTranslation();
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={styles.code} role="group" aria-label={label} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <div className={styles.copy}>
        <CopyButton text={code} label={t('common.copyThing', { thing: label })} />
      </div>
    </div>
  );
}
