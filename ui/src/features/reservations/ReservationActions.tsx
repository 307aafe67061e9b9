import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Reservation } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { useFormats } from '@/components/format';
import {
  CheckOutlined,
  EditOutlined,
  LoginOutlined,
  LogoutOutlined,
  QrcodeOutlined,
  StopOutlined,
} from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { type Step, useCancel, useTakeStep } from './queries';
import { SeriesCancelDialog } from './SeriesCancelDialog';
import { SeriesChangeDialog } from './SeriesChangeDialog';
import { TicketDialog } from './TicketDialog';

/** Everything one may do to a reservation. */
export function ReservationActions({
  reservation,
  caption,
}: {
  reservation: Reservation;
  caption?: string;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const confirm = useConfirm();
  const mayNotBook = useEstateRefusal('reservations:book');
  const [isTicketShown, setTicketShown] = useState(false);
  const takeStep = useTakeStep();
  const cancel = useCancel();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'change' | 'cancel' | null>(null);
  const { id, space_code: code, status, timezone, check_in_from, checked_in_at } = reservation;
  const seriesId = reservation.series_id;
  const isOver = status !== 'pending' && status !== 'confirmed';
  const over = isOver ? t('reservations.over') : null;
  const isEarly = Date.parse(check_in_from) > Date.now();

  const take = (step: Step, said: string) =>
    takeStep.mutate({ id, step }, { onSuccess: () => toast.done(said), onError: toast.failed });
  const early = isEarly
    ? t('reservations.notYet', { at: formats.instantIn(timezone, check_in_from) })
    : null;

  const held: RowAction = {
    key: 'confirm',
    label: t('reservations.confirm'),
    icon: <CheckOutlined />,
    refusal: mayNotBook,
    onPick: () => take('confirm', t('reservations.confirmed', { code })),
  };
  const agreed: RowAction = checked_in_at
    ? {
        key: 'check-out',
        label: t('reservations.checkOut'),
        icon: <LogoutOutlined />,
        refusal: mayNotBook ?? over,
        onPick: () => take('check-out', t('reservations.leftDone', { code })),
      }
    : {
        key: 'check-in',
        label: t('reservations.checkIn'),
        icon: <LoginOutlined />,
        refusal: mayNotBook ?? over ?? early,
        onPick: () => take('check-in', t('reservations.cameDone', { code })),
      };
  const actions: RowAction[] = [
    status === 'pending' ? held : agreed,
    ...(seriesId
      ? [
          {
            key: 'change',
            label: t('series.changeSome'),
            icon: <EditOutlined />,
            refusal: mayNotBook ?? over,
            onPick: () => setAsked('change'),
          },
        ]
      : []),
    {
      key: 'ticket',
      label: t('ticketLink.open'),
      icon: <QrcodeOutlined />,
      refusal: mayNotBook,
      onPick: () => setTicketShown(true),
    },
    {
      key: 'cancel',
      label: seriesId ? t('series.cancelSome') : t('reservations.cancel'),
      icon: <StopOutlined />,
      isDanger: true,
      refusal: mayNotBook ?? over,
      onPick: () => {
        if (seriesId) return setAsked('cancel');
        confirm({
          title: t('reservations.cancelTitle', { code }),
          text: t('reservations.cancelText'),
          verb: t('reservations.cancel'),
          action: async () => {
            await cancel.mutateAsync({ id });
            toast.done(t('reservations.cancelled', { code }));
          },
        });
      },
    },
  ];
  // Of several it is asked which.
  const of = seriesId && {
    seriesId,
    reservationId: id,
    code,
    onClose: () => setAsked(null),
  };
  return (
    <>
      <RowMenu
        label={t('reservations.actionsOf', { code })}
        actions={actions}
        {...(caption ? { caption } : {})}
      />
      {of && asked === 'change' && (
        <SeriesChangeDialog
          {...of}
          onChanged={(next) => next !== seriesId && void navigate(paths.series(next))}
        />
      )}
      {of && asked === 'cancel' && <SeriesCancelDialog {...of} />}
      {isTicketShown && (
        <TicketDialog reservation={reservation} onClose={() => setTicketShown(false)} />
      )}
    </>
  );
}
