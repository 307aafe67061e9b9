import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { GuestTicket } from '@/api/types';
import { useConfirm } from '@/components/confirm';
import { LoginOutlined, LogoutOutlined, StopOutlined } from '@/components/icons';
import { type GuestStep, useGuestStep } from './queries';
import { isAhead, stageOf } from './stage';
import styles from './ticket.module.css';

const words = { 'check-in': 'checkIn', 'check-out': 'checkOut', cancel: 'cancel' } as const;
const icons = {
  'check-in': <LoginOutlined />,
  'check-out': <LogoutOutlined />,
  cancel: <StopOutlined />,
};

/** What the guest may do now, asked once more before it is done, and why not what they may not. */
export function TicketSteps({ token, ticket }: { token: string; ticket: GuestTicket }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const step = useGuestStep(token);
  const { check_in, check_out, cancel, space_code: code } = ticket;
  const isPresent = check_out.is_open;
  const ask = (which: GuestStep) => {
    const word = words[which];
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
      {t(`tickets.${words[which]}.verb`)}
    </Button>
  );
  if (!isAhead(stageOf(ticket))) return null;
  const isLate = cancel.hindrance === 'late' && !isPresent;
  return (
    <div className={styles.steps}>
      {check_in.is_open && button('check-in', 'primary')}
      {isPresent && button('check-out', 'primary')}
      {cancel.is_open && !isPresent && button('cancel', 'default')}
      {isLate && <p className={styles.words}>{t('tickets.late')}</p>}
    </div>
  );
}
