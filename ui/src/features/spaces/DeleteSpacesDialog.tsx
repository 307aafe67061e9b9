import { Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { Space } from '@/api/types';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useDeleteSpaces, useRestoreSpaces } from './queries';
import styles from './spaces.module.css';

type Props = { spaces: Space[]; isOpen: boolean; onClose: () => void; onDone?: () => void };

/** Deletes bays; those that devices serve only once one has said that the devices may go off. */
export function DeleteSpacesDialog({ spaces, isOpen, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const remove = useDeleteSpaces();
  const restore = useRestoreSpaces();
  const [force, setForce] = useState(false);
  const ids = spaces.map(({ id }) => id);
  const count = ids.length;
  const formatted = formats.number(count);
  const [first] = spaces;
  const code = first?.code ?? '';
  const isServed =
    spaces.some(({ sensor, display }) => sensor || display) ||
    (remove.error !== null && asProblem(remove.error).code === 'in_use');

  function close() {
    remove.reset();
    setForce(false);
    onClose();
  }

  function destroy() {
    remove.mutate(
      { ids, force },
      {
        onSuccess: () => {
          close();
          onDone?.();
          const text =
            count === 1
              ? t('spaces.deleted', { code })
              : t('spaces.deletedMany', { count, formatted });
          toast.undoable(text, () => restore.mutateAsync(ids));
        },
      },
    );
  }

  return (
    <Modal
      open={isOpen}
      title={
        count === 1
          ? t('spaces.deleteTitle', { code })
          : t('spaces.bulkDeleteTitle', { count, formatted })
      }
      onCancel={close}
      onOk={destroy}
      okText={t('common.delete')}
      okButtonProps={{ danger: true, disabled: isServed && !force }}
      cancelText={t('common.cancel')}
      confirmLoading={remove.isPending}
    >
      <p>{count === 1 ? t('spaces.deleteText') : t('spaces.bulkDeleteText')}</p>
      {remove.error && (
        <div className={styles.alert}>
          <ProblemAlert error={remove.error} />
        </div>
      )}
      {isServed && (
        <Checkbox checked={force} onChange={(event) => setForce(event.target.checked)}>
          {t('spaces.force')}
        </Checkbox>
      )}
    </Modal>
  );
}
