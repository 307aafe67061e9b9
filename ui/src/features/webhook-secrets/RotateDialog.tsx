import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhookSecret } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useRotateSecret } from './queries';
import styles from './webhookSecrets.module.css';

const overlaps = ['none', 'hour', 'day', 'week'] as const;
const hours: Record<(typeof overlaps)[number], number> = { none: 0, hour: 1, day: 24, week: 168 };

type Props = {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (created: CreatedWebhookSecret) => void;
};

/** A new secret, and how long the old one goes on working beside it. */
export function RotateDialog({ isOpen, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const rotate = useRotateSecret();
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]>('day');

  function close() {
    rotate.reset();
    onClose();
  }

  return (
    <Modal
      open={isOpen}
      title={t('webhookSecrets.rotateTitle')}
      onCancel={close}
      onOk={() =>
        rotate.mutate(
          { overlap_hours: hours[overlap] },
          {
            onSuccess: (created) => {
              close();
              onCreated(created);
            },
          },
        )
      }
      okText={t('webhookSecrets.rotate')}
      okButtonProps={{ danger: overlap === 'none' }}
      cancelText={t('common.cancel')}
      confirmLoading={rotate.isPending}
    >
      {rotate.error && (
        <div className={styles.alert}>
          <ProblemAlert error={rotate.error} />
        </div>
      )}
      <p>{t('webhookSecrets.rotateText')}</p>
      <Radio.Group
        aria-label={t('webhookSecrets.overlap')}
        className={styles.choices}
        value={overlap}
        onChange={(event) => setOverlap(event.target.value as (typeof overlaps)[number])}
      >
        {overlaps.map((each) => (
          <Radio key={each} value={each}>
            <span className={styles.choice}>
              {t(`webhookSecrets.overlaps.${each}.name`)}
              <span>{t(`webhookSecrets.overlaps.${each}.text`)}</span>
            </span>
          </Radio>
        ))}
      </Radio.Group>
    </Modal>
  );
}
