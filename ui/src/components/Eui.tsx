import { useTranslation } from 'react-i18next';
import { CopyButton } from './CopyButton';
import styles from './Eui.module.css';

/** An identifier as it is kept, in groups for the eye, copied whole. */
export function Eui({ eui, what }: { eui: string; what: string }) {
  const { t } = useTranslation();
  return (
    <span className={styles.eui}>
      <code className={styles.code}>{eui}</code>
      <CopyButton text={eui} label={t('common.copyThing', { thing: `${what} ${eui}` })} />
    </span>
  );
}
