import { Button, Checkbox, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './CopyButton';
import styles from './RevealSecret.module.css';

type Props = {
  title: string;
  /** What the secret is called: "API key". */
  label: string;
  secret: string;
  onClose: () => void;
  children?: ReactNode;
};

/**
 * Shows a secret the only time it can be shown. It closes only by saying that one has kept it: a
 * stray Escape would cost a rotation.
 */
export function RevealSecret({ title, label, secret, onClose, children }: Props) {
  const { t } = useTranslation();
  const [isKept, setIsKept] = useState(false);
  return (
    <Modal
      open
      title={title}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={640}
      footer={
        <Button type="primary" disabled={!isKept} onClick={onClose}>
          {t('secret.close')}
        </Button>
      }
    >
      <p>{t('secret.once')}</p>
      <div className={styles.secret}>
        <output aria-label={label} className={styles.value}>
          {secret}
        </output>
        <CopyButton text={secret} label={t('secret.copy')} size="middle" type="primary" showLabel />
      </div>
      {children}
      <Checkbox checked={isKept} onChange={(event) => setIsKept(event.target.checked)}>
        {t('secret.kept')}
      </Checkbox>
    </Modal>
  );
}
