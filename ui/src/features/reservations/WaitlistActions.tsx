import { useTranslation } from 'react-i18next';
import type { WaitlistEntry } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { CheckOutlined, CloseOutlined, LogoutOutlined } from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { useAnswerOffer, useLeaveWaitlist } from './waitlistQueries';

/** Everything one may do about somebody who waits. */
export function WaitlistActions({ entry }: { entry: WaitlistEntry }) {
  const { t } = useTranslation();
  const toast = useToast();
  const confirm = useConfirm();
  const mayNotBook = useEstateRefusal('reservations:book');
  const { mutateAsync } = useAnswerOffer();
  const leave = useLeaveWaitlist();
  const { id, status, space_code, offered_space_code } = entry;
  const code = offered_space_code ?? space_code ?? t('waitlist.anyBay');
  const isOpen = status === 'waiting' || status === 'offered';
  const over = isOpen ? null : t('waitlist.over');
  const notYet = status === 'waiting' ? t('waitlist.notYet') : over;
  const actions: RowAction[] = [
    {
      key: 'claim',
      label: t('waitlist.claim'),
      icon: <CheckOutlined />,
      refusal: mayNotBook ?? notYet,
      // The row goes with the list that no longer shows it, and what is said must not go with it.
      onPick: () =>
        void mutateAsync({ id, step: 'claim' }).then(
          () => toast.done(t('reservations.confirmed', { code })),
          toast.failed,
        ),
    },
    {
      key: 'decline',
      label: t('waitlist.decline'),
      icon: <CloseOutlined />,
      isDanger: true,
      refusal: mayNotBook ?? notYet,
      onPick: () =>
        confirm({
          title: t('waitlist.declineTitle', { code }),
          text: t('waitlist.declineText'),
          verb: t('waitlist.decline'),
          action: async () => {
            await mutateAsync({ id, step: 'decline' });
            toast.done(t('waitlist.declined', { code }));
          },
        }),
    },
    {
      key: 'leave',
      label: t('waitlist.leave'),
      icon: <LogoutOutlined />,
      isDanger: true,
      refusal: mayNotBook ?? over,
      onPick: () =>
        confirm({
          title: t('waitlist.leaveTitle'),
          text: t('waitlist.leaveText'),
          verb: t('waitlist.leave'),
          action: async () => {
            await leave.mutateAsync(id);
            toast.done(t('waitlist.hasLeft'));
          },
        }),
    },
  ];
  return <RowMenu label={t('waitlist.actionsOf', { code })} actions={actions} />;
}
