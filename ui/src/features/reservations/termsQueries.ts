import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { ReservationTerms, ReservationTermsChange } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { areSame } from './terms';

/** Null stands for all sites without terms of their own. */
export type TermsOf = string | null;

const paramsOf = (site: TermsOf) => ({ query: site === null ? {} : { site_id: site } });

export const readTerms = (site: TermsOf) =>
  answer(api.GET('/api/v6/reservations/terms', { params: paramsOf(site) }));

/** On which terms bays of a site can be reserved, or of all sites without their own. */
export const termsQuery = (tenantId: string, site: TermsOf) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'terms', site ?? 'tenant'],
    queryFn: () => readTerms(site),
    enabled: site !== '',
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  // When bays are free follows from the terms too.
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] });
}

type Change = {
  site: TermsOf;
  body: ReservationTermsChange;
  /** The terms the form began with, if somebody may have changed them meanwhile. */
  base?: ReservationTerms;
};

/**
 * Terms have no version that a change could name. So they are read once more before they are set, and
 * of what somebody sets in the same blink only the same term is lost: the others are not sent.
 */
export function useChangeTerms() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: async ({ site, body, base }: Change) => {
      if (base && !areSame(base, await readTerms(site))) {
        throw new Problem({ status: 412, code: 'precondition_failed' });
      }
      return answer(api.PUT('/api/v6/reservations/terms', { params: paramsOf(site), body }));
    },
    onSuccess,
  });
}

export function useForgetTerms() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: async (site: TermsOf) => {
      await api.DELETE('/api/v6/reservations/terms', { params: paramsOf(site) });
      return readTerms(site);
    },
    onSuccess,
  });
}
