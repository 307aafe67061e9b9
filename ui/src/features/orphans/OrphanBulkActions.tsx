import { useTranslation } from 'react-i18next';
import type { Orphan } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { EyeInvisibleOutlined, UndoOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { useDismiss, useRestore } from './queries';

export function OrphanBulkActions({ orphans, onDone }: { orphans: Orphan[]; onDone: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const denied = useEstateRefusal('devices:assign');
  const dismiss = useDismiss();
  const restore = useRestore();
  const count = orphans.length;
  const formatted = formats.number(count);
  const gate = { isAllowed: denied === null, reason: denied ?? '' };
  const ids = (isAside: boolean) =>
    orphans.filter(({ dismissed_at }) => Boolean(dismissed_at) === isAside).map(({ id }) => id);
  const [inView, aside] = [ids(false), ids(true)];
  return (
    <>
      {inView.length > 0 && (
        <GatedButton
          {...gate}
          icon={<EyeInvisibleOutlined />}
          loading={dismiss.isPending}
          onClick={() =>
            dismiss.mutate(inView, {
              onSuccess: ({ changed }) => {
                onDone();
                toast.undoable(t('orphans.dismissedMany', { count, formatted }), () =>
                  restore.mutateAsync(changed),
                );
              },
              onError: toast.failed,
            })
          }
        >
          {t('orphans.dismiss')}
        </GatedButton>
      )}
      {aside.length > 0 && (
        <GatedButton
          {...gate}
          icon={<UndoOutlined />}
          loading={restore.isPending}
          onClick={() =>
            restore.mutate(aside, {
              onSuccess: () => {
                onDone();
                toast.done(t('orphans.restoredMany', { count, formatted }));
              },
              onError: toast.failed,
            })
          }
        >
          {t('orphans.restore')}
        </GatedButton>
      )}
    </>
  );
}
