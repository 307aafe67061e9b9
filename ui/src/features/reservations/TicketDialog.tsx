import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Modal, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { Reservation } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { CopyButton } from '@/components/CopyButton';
import { useConfirm } from '@/components/confirm';
import { useFormats } from '@/components/format';
import { SyncOutlined } from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import { QrCode } from '@/components/QrCode';
import { useToast } from '@/components/toast';
import styles from './reservations.module.css';

const at = (id: string) => ({ params: { path: { id } } });

/** Each time it is asked for is an entry of the log, so it is asked for once. */
const ticketQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservation-ticket', id],
    queryFn: () => answer(api.GET('/api/v6/reservations/{id}/ticket', at(id))),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** The link of a reservation, to be handed to whoever it is for. */
export function TicketDialog({
  reservation,
  onClose,
}: {
  reservation: Reservation;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { space_code: code } = reservation;
  return (
    <Modal open title={t('ticketLink.title', { code })} onCancel={onClose} footer={null}>
      <TicketLink reservation={reservation} />
    </Modal>
  );
}

function TicketLink({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const confirm = useConfirm();
  const queryClient = useQueryClient();
  const { id, timezone } = reservation;
  const options = ticketQuery(useTenantId(), id);
  const { data: ticket, error, isLoading, refetch } = useQuery(options);
  const renew = useMutation({
    mutationFn: () => answer(api.POST('/api/v6/reservations/{id}/ticket', at(id))),
    onSuccess: (renewed) => queryClient.setQueryData(options.queryKey, renewed),
  });
  if (isLoading) return <Skeleton active />;
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!ticket) return null;
  const askToRenew = () =>
    confirm({
      title: t('ticketLink.renewTitle'),
      text: t('ticketLink.renewText'),
      verb: t('ticketLink.renew'),
      action: async () => {
        await renew.mutateAsync();
        toast.done(t('ticketLink.renewed'));
      },
    });
  return (
    <div className={styles.ticket}>
      <p>{t('ticketLink.text')}</p>
      <QrCode text={ticket.url} label={t('ticketLink.qr')} />
      <output aria-label={t('ticketLink.link')} className={styles.link}>
        {ticket.url}
      </output>
      <div className={styles.buttons}>
        <CopyButton
          text={ticket.url}
          label={t('ticketLink.copy')}
          size="middle"
          type="primary"
          showLabel
        />
        <Button icon={<SyncOutlined />} onClick={askToRenew}>
          {t('ticketLink.renew')}
        </Button>
      </div>
      <p className={styles.second}>
        {t('ticketLink.until', {
          at: formats.instantIn(timezone, ticket.valid_until),
          zone: timezone.replace(/_/g, ' '),
        })}
      </p>
    </div>
  );
}
