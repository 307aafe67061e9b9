import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useRotateWebhook } from './queries';
import styles from './webhooks.module.css';

const overlaps = ['none', 'hour', 'day', 'week'] as const;
const hours: Record<(typeof overlaps)[number], number> = { none: 0, hour: 1, day: 24, week: 168 };

type Props = {
  webhookId: string;
  isOpen: boolean;
  onClose: () => void;
  onRotated: (rotated: CreatedWebhook) => void;
};

/** A new secret, and how long the old one signs beside it. */
export function RotateWebhookDialog({ webhookId, isOpen, onClose, onRotated }: Props) {
  const { t } = useTranslation();
  const rotate = useRotateWebhook(webhookId);
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]>('day');

  function close() {
    rotate.reset();
    onClose();
  }

  return (
    <Modal
      open={isOpen}
      title={t('webhooks.rotateTitle')}
      onCancel={close}
      onOk={() =>
        rotate.mutate(
          { overlap_hours: hours[overlap] },
          {
            onSuccess: (rotated) => {
              close();
              onRotated(rotated);
            },
          },
        )
      }
      okText={t('webhooks.rotate')}
      okButtonProps={{ danger: overlap === 'none' }}
      cancelText={t('common.cancel')}
      confirmLoading={rotate.isPending}
    >
      {rotate.error && (
        <div className={styles.alert}>
          <ProblemAlert error={rotate.error} />
        </div>
      )}
      <p>{t('webhooks.rotateText')}</p>
      <Radio.Group
        aria-label={t('webhooks.overlap')}
        className={styles.choices}
        value={overlap}
        options={overlaps.map((each) => ({ value: each, label: t(`webhooks.overlaps.${each}`) }))}
        onChange={(event) => setOverlap(event.target.value as (typeof overlaps)[number])}
      />
    </Modal>
  );
}
