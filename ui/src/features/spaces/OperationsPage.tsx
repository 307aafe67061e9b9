import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { BAYS_MAX, siteChoicesQuery } from '@/api/estate';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Operations } from './Operations';

/** For all sites, where one must say so because another one would be shown. */
const ALL = 'all';

/** The bays as they are now: the page that is open all day. */
export default function OperationsPage() {
  const { t } = useTranslation();
  const sites = useQuery(siteChoicesQuery(useTenantId(), ''));
  const [params, setParams] = useSearchParams();
  const named = params.get('site_id');

  function choose(siteId: string | undefined) {
    setParams((current) => {
      const next = new URLSearchParams(current);
      next.set('site_id', siteId ?? ALL);
      // These are of one site; of another one there would be no bays.
      for (const name of ['level_id', 'zone_id', 'bay']) next.delete(name);
      return next;
    });
  }

  if (!sites.data) {
    return (
      <>
        <PageHeader title={t('operations.title')} />
        {sites.error ? (
          <ProblemAlert error={sites.error} onRetry={() => void sites.refetch()} />
        ) : (
          <PageSkeleton />
        )}
      </>
    );
  }
  if (sites.data.total === 0) {
    return (
      <>
        <PageHeader title={t('operations.title')} />
        <EmptyState
          title={t('operations.noSiteTitle')}
          text={t('operations.noSiteText')}
          action={<Link to={paths.sites()}>{t('operations.toSites')}</Link>}
        />
      </>
    );
  }
  const siteId = named === ALL ? null : (named ?? usualSite(sites.data));
  return <Operations siteId={siteId} hasOthers={sites.data.total > 1} onSite={choose} />;
}

type Sites = { total: number; sites: { id: string; stats?: { spaces: number } | null }[] };

/** All of them, unless there is but one, or more bays than one page holds: then the largest. */
export function usualSite({ total, sites }: Sites): string | null {
  const bays = ({ stats }: Sites['sites'][number]) => stats?.spaces ?? 0;
  const all = sites.reduce((sum, site) => sum + bays(site), 0);
  if (total > 1 && all <= BAYS_MAX) return null;
  return sites.toSorted((a, b) => bays(b) - bays(a))[0]?.id ?? null;
}
