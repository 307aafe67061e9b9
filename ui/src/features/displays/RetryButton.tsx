import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DownlinkRetries } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { GatedButton } from '@/components/GatedButton';
import { RedoOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { retryDownlinks } from './queries';

type Props = { label: string; which: DownlinkRetries; onDone?: () => void };

/** Has commands tried again that were given up, and says what became of them. */
export function RetryButton({ label, which, onDone }: Props) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('displays:test');
  const toast = useToast();
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const retry = useMutation({
    mutationFn: retryDownlinks,
    onSuccess: ({ downlinks, retried, left }) => {
      const overtaken = downlinks.filter(({ verdict }) => verdict === 'overtaken').length;
      toast.done(
        [
          t('downlinks.retried', { count: retried }),
          ...(overtaken > 0 ? [t('downlinks.overtaken', { count: overtaken })] : []),
          ...(left > 0 ? [t('downlinks.moreLeft', { count: left })] : []),
        ].join(' '),
      );
      onDone?.();
      return queryClient.invalidateQueries({ queryKey: [tenantId, 'downlinks'] });
    },
    onError: toast.failed,
  });
  return (
    <GatedButton
      icon={<RedoOutlined />}
      isAllowed={refusal === null}
      reason={refusal ?? ''}
      loading={retry.isPending}
      onClick={() => retry.mutate(which)}
    >
      {label}
    </GatedButton>
  );
}
