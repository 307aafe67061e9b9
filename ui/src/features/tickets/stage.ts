/** Where a reservation stands, as its guest sees it. */
import type { GuestTicket } from '@/api/types';

export type Stage =
  | 'held'
  | 'upcoming'
  | 'open'
  | 'present'
  | 'left'
  | 'cancelled'
  | 'released'
  | 'over';

export function stageOf(ticket: GuestTicket): Stage {
  switch (ticket.status) {
    case 'pending':
      return 'held';
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

/** Whether the bay is still the guest's, or will be. */
export function isAhead(stage: Stage): boolean {
  return stage === 'held' || stage === 'upcoming' || stage === 'open' || stage === 'present';
}
