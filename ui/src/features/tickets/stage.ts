/** Where a reservation stands, as its guest sees it. */
import type { GuestTicket } from '@/api/types';

export type Stage =
  | 'held'
  | 'offered'
  | 'lapsed'
  | 'upcoming'
  | 'open'
  | 'present'
  | 'left'
  | 'cancelled'
  | 'released'
  | 'over';

export function stageOf(ticket: GuestTicket): Stage {
  const { claim } = ticket;
  // What became of an offer that nobody claimed: its time was over, or it was declined.
  const wasLetGo = claim.hindrance === 'late' || claim.hindrance === 'over';
  if (wasLetGo) return 'lapsed';
  switch (ticket.status) {
    case 'pending':
      return claim.is_open ? 'offered' : 'held';
    case 'cancelled':
      return 'cancelled';
    case 'no_show':
      return 'released';
    case 'confirmed':
      if (ticket.checked_in_at) return 'present';
      if (ticket.check_in.is_open) return 'open';
      return ticket.check_in.hindrance === 'early' ? 'upcoming' : 'over';
    default:
      return ticket.checked_out_at ? 'left' : 'over';
  }
}

const AHEAD: readonly Stage[] = ['held', 'offered', 'upcoming', 'open', 'present'];

/** Whether the bay is still the guest's, or will be. */
export function isAhead(stage: Stage): boolean {
  return AHEAD.includes(stage);
}
