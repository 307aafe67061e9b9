import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useParams } from 'react-router';
import { asProblem } from '@/api/problem';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { spaceQuery } from './queries';

/** Where the code on a bay's label leads: to that bay, in its site. */
export default function BayPage() {
  const { t } = useTranslation();
  const { spaceId = '' } = useParams();
  const query = useQuery(spaceQuery(useTenantId(), spaceId));
  const space = query.data?.space;
  if (space) return <Navigate replace to={paths.siteSpaces(space.site_id, { bay: space.id })} />;
  return (
    <>
      <PageHeader
        title={t('spaces.one')}
        intro={<Link to={paths.spaces()}>{t('labels.toBays')}</Link>}
      />
      {query.error ? (
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      ) : (
        <PageSkeleton />
      )}
    </>
  );
}
