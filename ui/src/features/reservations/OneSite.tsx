import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { siteChoicesQuery, siteQuery } from '@/api/estate';
import type { Site } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';

type Props = {
  children: (site: Site, choose: (siteId: string | undefined) => void) => ReactNode;
};

/** What is shown of one site: the one the URL names, else the largest. */
export function OneSite({ children }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const choices = useQuery(siteChoicesQuery(tenantId, ''));
  const [params, setParams] = useSearchParams();
  const named = params.get('site_id') ?? largest(choices.data?.sites ?? []);
  const query = useQuery(siteQuery(tenantId, named ?? ''));

  function choose(siteId: string | undefined) {
    setParams((current) => {
      const next = new URLSearchParams(current);
      if (siteId) next.set('site_id', siteId);
      else next.delete('site_id');
      // These are of one site; of another one there would be nothing.
      for (const name of ['level_id', 'zone_id', 'reservation']) next.delete(name);
      return next;
    });
  }

  const failed = named ? query : choices;
  if (failed.error && !failed.data) {
    return <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  if (choices.data?.total === 0 && !named) {
    return (
      <EmptyState
        title={t('operations.noSiteTitle')}
        text={t('calendar.noSiteText')}
        action={<Link to={paths.sites()}>{t('operations.toSites')}</Link>}
      />
    );
  }
  // Without its time zone nothing of it can be drawn.
  if (!query.data) return <PageSkeleton />;
  return children(query.data.site, choose);
}

type Sized = { id: string; stats?: { spaces: number } | null };

function largest(sites: readonly Sized[]): string | undefined {
  const bays = ({ stats }: Sized) => stats?.spaces ?? 0;
  return sites.toSorted((a, b) => bays(b) - bays(a))[0]?.id;
}
