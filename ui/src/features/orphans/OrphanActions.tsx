import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Orphan } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { GatedButton } from '@/components/GatedButton';
import { EyeInvisibleOutlined, UndoOutlined } from '@/components/icons';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { ClaimDialog } from './ClaimDialog';
import styles from './orphans.module.css';
import { useDismiss, useRestore } from './queries';

/** To make a device of it is what one comes for; to set it aside stands behind the menu. */
export function OrphanActions({ orphan }: { orphan: Orphan }) {
  const { t } = useTranslation();
  const toast = useToast();
  const refusal = useEstateRefusal('devices:assign');
  const dismiss = useDismiss();
  const restore = useRestore();
  const [isClaiming, setIsClaiming] = useState(false);
  const { id, dev_eui: eui, dismissed_at } = orphan;
  const aside = {
    key: 'dismiss',
    label: t('orphans.dismiss'),
    icon: <EyeInvisibleOutlined />,
    refusal,
    onPick: () =>
      dismiss.mutate([id], {
        onSuccess: () =>
          toast.undoable(t('orphans.dismissed', { eui }), () => restore.mutateAsync([id])),
        onError: toast.failed,
      }),
  };
  const back = {
    key: 'restore',
    label: t('orphans.restore'),
    icon: <UndoOutlined />,
    refusal,
    onPick: () =>
      restore.mutate([id], {
        onSuccess: () => toast.done(t('orphans.restored', { eui })),
        onError: toast.failed,
      }),
  };
  return (
    <span className={styles.actions}>
      <GatedButton
        size="small"
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        aria-label={t('orphans.claimOne', { eui })}
        onClick={() => setIsClaiming(true)}
      >
        {t('orphans.claim')}
      </GatedButton>
      <RowMenu
        label={t('devices.actionsFor', { name: eui })}
        actions={[dismissed_at ? back : aside]}
      />
      {isClaiming && <ClaimDialog orphan={orphan} onClose={() => setIsClaiming(false)} />}
    </span>
  );
}
