import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { WaitlistEntry } from '@/api/types';
import { paths } from '@/app/paths';
import { useToast } from '@/components/toast';
import { useJoinWaitlist, useLeaveWaitlist } from './waitlistQueries';

/** Puts somebody on the waiting list, and shows it. */
export function useWaiting() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toast = useToast();
  const { mutateAsync, isPending } = useJoinWaitlist();
  const leave = useLeaveWaitlist();
  const show = ({ id, position }: WaitlistEntry) => {
    toast.undoable(t('waitlist.joined', { n: position ?? 1 }), () => leave.mutateAsync(id));
    void navigate(paths.waitlist());
  };
  return { join: mutateAsync, show, isPending };
}
