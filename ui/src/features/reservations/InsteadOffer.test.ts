import { expect, test } from 'vitest';
import type { ReservationMoment } from '@/api/types';
import { insteadOf } from './InsteadOffer';

const moment = (kind: string, evidence: object) => ({ kind, evidence }) as ReservationMoment;

test('only who is stood in the way of is offered another bay, if there is one', () => {
  const bay = { space_id: '1', space_code: 'B-7' };
  expect(insteadOf(moment('contested', { instead: bay }))).toEqual(bay);
  expect(insteadOf(moment('contested', { instead: null }))).toBeNull();
  expect(insteadOf(moment('contested', {}))).toBeNull();
  expect(insteadOf(moment('updated', { instead: bay }))).toBeNull();
});
