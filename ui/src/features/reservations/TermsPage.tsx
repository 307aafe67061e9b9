import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { siteQuery } from '@/api/estate';
import { asProblem } from '@/api/problem';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import { TermsForm } from './TermsForm';
import styles from './terms.module.css';
import { termsQuery } from './termsQueries';

/** On which terms one can reserve: those of the tenant, and those of each site that has its own. */
export default function TermsPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const unreadable = useEstateRefusal('reservations:read');
  const [params, setParams] = useSearchParams();
  const site = params.get('site_id');
  return (
    <>
      <PageHeader
        title={t('terms.title')}
        intro={
          <>
            {t('terms.intro')} <Link to={paths.reservations()}>{t('terms.back')}</Link>
          </>
        }
      />
      {unreadable ? (
        <Alert type="info" showIcon title={unreadable} />
      ) : (
        <>
          <div className={styles.whose}>
            <span aria-hidden="true">{t('terms.whose')}</span>
            <SitePicker
              tenantId={tenantId}
              className={styles.site ?? ''}
              label={t('terms.whose')}
              placeholder={t('terms.allSites')}
              allowClear
              {...(site ? { value: site } : {})}
              onChange={(next) => setParams(next ? { site_id: next } : {})}
            />
          </div>
          <Terms key={site} site={site} />
        </>
      )}
    </>
  );
}

/** The terms of a site, beside those that hold elsewhere; or those that hold elsewhere alone. */
function Terms({ site }: { site: string | null }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const refusal = useEstateRefusal('reservations:terms');
  const one = useQuery(siteQuery(tenantId, site ?? ''));
  const here = useQuery(termsQuery(tenantId, site));
  const elsewhere = useQuery(termsQuery(tenantId, null));
  // The server answers for a site that does not exist what holds for all; the site itself is absent.
  const failed = site !== null && one.error ? one : here.error ? here : elsewhere;
  if (failed.error && !failed.data) {
    const isGone = asProblem(failed.error).status === 404;
    const onRetry = isGone ? undefined : () => void failed.refetch();
    return <ProblemAlert error={failed.error} onRetry={onRetry} />;
  }
  if (!here.data || !elsewhere.data || (site !== null && !one.data)) return <PageSkeleton />;
  const siteName = one.data?.site.name ?? null;
  return (
    <Panel
      title={siteName === null ? t('terms.ofTenant') : t('terms.ofSite', { site: siteName })}
      intro={t('terms.laterOnly')}
    >
      <TermsForm
        site={site}
        siteName={siteName}
        known={here.data}
        elsewhere={elsewhere.data}
        refusal={refusal}
      />
    </Panel>
  );
}
