import { Checkbox, Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonHeld } from '@/api/types';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './people.module.css';
import { useErase } from './queries';

type Props = {
  held: PersonHeld;
  isOpen: boolean;
  onClose: () => void;
  onErased: (done: PersonHeld) => void;
};

/** Asks twice: it cannot be taken back. */
export function ErasePersonDialog({ held, isOpen, onClose, onErased }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const fieldId = useId();
  const [typed, setTyped] = useState('');
  const [cancelAhead, setCancelAhead] = useState(false);
  const erase = useErase();
  const { person, over, ahead } = held;
  const isConfirmed = typed.trim().toLowerCase() === person.toLowerCase();
  const isReady = isConfirmed && (ahead === 0 || cancelAhead);

  function close() {
    setTyped('');
    setCancelAhead(false);
    erase.reset();
    onClose();
  }

  return (
    <Modal
      open={isOpen}
      title={t('people.eraseTitle', { person })}
      onCancel={close}
      onOk={() =>
        erase.mutate(
          { person, cancelAhead },
          {
            onSuccess: (done) => {
              close();
              onErased(done);
            },
          },
        )
      }
      okText={t('people.erase')}
      okButtonProps={{ danger: true, disabled: !isReady }}
      cancelText={t('common.cancel')}
      confirmLoading={erase.isPending}
    >
      <p>{t('people.eraseText', { formatted: formats.number(over + ahead) })}</p>
      {erase.error && <ProblemAlert error={erase.error} />}
      {ahead > 0 && (
        <Checkbox
          className={styles.cancel ?? ''}
          checked={cancelAhead}
          onChange={(event) => setCancelAhead(event.target.checked)}
        >
          {t('people.cancelAhead', { count: ahead, formatted: formats.number(ahead) })}
        </Checkbox>
      )}
      <label htmlFor={fieldId} className={styles.confirm}>
        {t('people.typeToConfirm', { person })}
      </label>
      <Input
        id={fieldId}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
    </Modal>
  );
}
