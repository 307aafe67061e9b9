import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { GuestTicket } from '@/api/types';
import { useConfirm } from '@/components/confirm';
import { CheckOutlined, LoginOutlined, LogoutOutlined, StopOutlined } from '@/components/icons';
import { type GuestStep, useGuestStep } from './queries';
import { isAhead, stageOf } from './stage';
import styles from './ticket.module.css';

const words = {
  claim: 'claim',
  'check-in': 'checkIn',
  'check-out': 'checkOut',
  cancel: 'cancel',
} as const;
const icons = {
  claim: <CheckOutlined />,
  'check-in': <LoginOutlined />,
  'check-out': <LogoutOutlined />,
  cancel: <StopOutlined />,
};

/** What the guest may do now, asked once more before it is done, and why not what they may not. */
export function TicketSteps({ token, ticket }: { token: string; ticket: GuestTicket }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const step = useGuestStep(token);
  const { claim, check_in, check_out, cancel, space_code: code } = ticket;
  const isPresent = check_out.is_open;
  // What is only offered is not cancelled but declined.
  const wordOf = (which: GuestStep) =>
    which === 'cancel' && claim.is_open ? 'decline' : words[which];
  const ask = (which: GuestStep) => {
    const word = wordOf(which);
    confirm({
      title: t(`tickets.${word}.title`, { code }),
      text: t(`tickets.${word}.text`, { code }),
      verb: t(`tickets.${word}.verb`),
      isDestructive: which === 'cancel',
      action: () => step.mutateAsync(which),
    });
  };
  const button = (which: GuestStep, type: 'primary' | 'default') => (
    <Button
      type={type}
      size="large"
      block
      danger={which === 'cancel'}
      icon={icons[which]}
      loading={step.isPending && step.variables === which}
      onClick={() => ask(which)}
    >
      {t(`tickets.${wordOf(which)}.verb`)}
    </Button>
  );
  if (!isAhead(stageOf(ticket))) return null;
  const isLate = cancel.hindrance === 'late' && !isPresent;
  return (
    <div className={styles.steps}>
      {claim.is_open && button('claim', 'primary')}
      {check_in.is_open && button('check-in', 'primary')}
      {isPresent && button('check-out', 'primary')}
      {cancel.is_open && !isPresent && button('cancel', 'default')}
      {isLate && <p className={styles.words}>{t('tickets.late')}</p>}
    </div>
  );
}
