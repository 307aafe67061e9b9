import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { offersQuery } from '@/api/waitlist';

/** The reservations of a site that are held for somebody who waited, until they claim them. */
export function useOffers(tenantId: string, siteId: string): ReadonlySet<string> {
  const { data } = useQuery(offersQuery(tenantId, siteId));
  return useMemo(
    () => new Set(data?.waitlist.flatMap(({ reservation_id }) => reservation_id ?? [])),
    [data],
  );
}
