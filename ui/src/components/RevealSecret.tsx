import { Button, Checkbox, Modal } from 'antd';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './CopyButton';
import styles from './RevealSecret.module.css';

type Props = {
  title: string;
  /** What the secret is called: "API key". */
  label: string;
  secret: string;
  onClose: () => void;
  /** Where one goes on afterwards: the button that led here. */
  returnTo: RefObject<HTMLElement | null>;
  children?: ReactNode;
};

/**
 * Shows a secret the only time it can be shown. It closes only by saying that one has kept it: a
 * stray Escape would cost a rotation.
 */
export function RevealSecret({ title, label, secret, onClose, returnTo, children }: Props) {
  const { t } = useTranslation();
  const [isKept, setIsKept] = useState(false);
  const [isOpen, setIsOpen] = useState(true);
  const body = useRef<HTMLDivElement>(null);

  // At once and not when the dialog has faded: whatever is opened meanwhile keeps the focus, and gives
  // it back to where it found it.
  useEffect(() => {
    if (isOpen || !isFocusFree(body.current)) return;
    // The button may have gone with what the secret was made for; the heading is always there.
    const home = returnTo.current ?? document.querySelector<HTMLElement>('main h1');
    home?.focus({ preventScroll: true });
  }, [isOpen, returnTo]);

  return (
    <Modal
      open={isOpen}
      // It opened while the form that made the secret was closing: what had the focus before is gone.
      focusable={{ focusTriggerAfterClose: false }}
      afterClose={onClose}
      title={title}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={640}
      footer={
        <Button type="primary" disabled={!isKept} onClick={() => setIsOpen(false)}>
          {t('secret.close')}
        </Button>
      }
    >
      <div ref={body}>
        <p>{t('secret.once')}</p>
        <div className={styles.secret}>
          <output aria-label={label} className={styles.value}>
            {secret}
          </output>
          <CopyButton
            text={secret}
            label={t('secret.copy')}
            size="middle"
            type="primary"
            showLabel
          />
        </div>
        {children}
        <Checkbox checked={isKept} onChange={(event) => setIsKept(event.target.checked)}>
          {t('secret.kept')}
        </Checkbox>
      </div>
    </Modal>
  );
}

/** Nothing else has the focus or is about to take it: no field, no menu, no dialog opened since. */
function isFocusFree(body: HTMLElement | null): boolean {
  const own = body?.closest('[role="dialog"]');
  const active = document.activeElement;
  const isLost = !active || active === document.body || (own?.contains(active) ?? false);
  const others = [...document.querySelectorAll('[role="dialog"]')].filter(
    (dialog) => dialog !== own && dialog.checkVisibility?.() !== false,
  );
  return isLost && others.length === 0;
}
