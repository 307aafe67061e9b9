/** What several features ask about the waiting list. */
import { answer, api } from './client';
import type { WaitlistWish } from './types';

/** Refusals after which somebody may want to wait: others have the bay, or it is out of use, but not for ever. */
const WORTH_WAITING = ['slot_taken', 'no_space_free', 'space_out_of_use'];

export const isWorthWaiting = (code: string) => WORTH_WAITING.includes(code);

export const joinWaitlist = (body: WaitlistWish) =>
  answer(api.POST('/api/v6/reservations/waitlist', { body }));

export const leaveWaitlist = (id: string) =>
  answer(api.DELETE('/api/v6/reservations/waitlist/{id}', { params: { path: { id } } }));
