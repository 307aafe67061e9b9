import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useNavigate, useParams } from 'react-router';
import { siteQuery } from '@/api/estate';
import { asProblem } from '@/api/problem';
import { paths } from '@/app/paths';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import { EmergencyBanner, EmergencyButton } from '@/components/EmergencySwitch';
import { useFormats } from '@/components/format';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TabLinks } from '@/components/TabLinks';
import { SiteActions } from './SiteActions';
import { SiteDrawer } from './SiteDrawer';
import styles from './sites.module.css';

/** One site: its name, what one may do with it, and its parts. */
export default function SiteLayoutPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const navigate = useNavigate();
  const { siteId: id = '' } = useParams();
  const query = useQuery(siteQuery(useTenantId(), id));
  const seesSpaces = useCan('spaces:read');
  const refusal = useEstateRefusal('sites:manage');
  const emergency = {
    refusal: useEstateRefusal('spaces:override'),
    onSwitched: useRefreshEstate(),
  };
  const [editId, setEditId] = useOpenParam('edit');

  if (query.isPending) return <PageSkeleton />;
  const back = <Link to={paths.sites()}>{t('sites.back')}</Link>;
  if (!query.data) {
    return (
      <>
        <PageHeader title={t('sites.one')} intro={back} />
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      </>
    );
  }
  const { site } = query.data;
  return (
    <>
      <PageHeader
        title={site.name}
        intro={back}
        actions={
          <>
            {!site.emergency && !site.deleted_at && <EmergencyButton site={site} {...emergency} />}
            <SiteActions
              site={site}
              caption={t('table.actions')}
              onEdit={setEditId}
              onDeleted={() => void navigate(paths.sites())}
            />
          </>
        }
      />
      <EmergencyBanner site={site} {...emergency} />
      {site.deleted_at && (
        <Alert
          type="warning"
          showIcon
          className={styles.alert}
          title={t('sites.deletedNotice')}
          description={t('sites.deletedSince', { at: formats.instant(site.deleted_at) })}
        />
      )}
      <TabLinks
        label={t('sites.tabs')}
        tabs={[
          { to: paths.site(id), label: t('sites.overview') },
          { to: paths.siteLevels(id), label: t('sites.levelsAndZones') },
          ...(seesSpaces
            ? [
                { to: paths.siteSpaces(id), label: t('sites.spaces') },
                { to: paths.sitePlan(id), label: t('plan.tab') },
              ]
            : []),
        ]}
      />
      <Outlet />
      <SiteDrawer siteId={refusal ? null : editId} onClose={() => setEditId(null)} />
    </>
  );
}
