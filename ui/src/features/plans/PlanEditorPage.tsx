import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { levelsQuery, siteQuery } from '@/api/estate';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSheet } from '@/components/plan/picture';
import { PlanEditor } from './PlanEditor';
import { siteBaysQuery } from './queries';

/** Draws the bays of one level; who may not draw looks at the same page. */
export default function PlanEditorPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenantId = useTenantId();
  const { siteId = '', levelId = '' } = useParams();
  const site = useQuery(siteQuery(tenantId, siteId));
  const levels = useQuery(levelsQuery(tenantId, siteId));
  const bays = useQuery(siteBaysQuery(tenantId, siteId));
  const level = levels.data?.levels.find(({ id }) => id === levelId);
  const sheet = useSheet(tenantId, level);
  const mayDraw = useEstateRefusal('spaces:manage');
  const mayGivePicture = useEstateRefusal('sites:manage');
  const deleted = site.data?.site.deleted_at ? t('sites.deletedNotice') : null;
  const error = site.error ?? levels.error ?? bays.error;
  const isAbsent = levels.data !== undefined && !level;
  // A plan that hides bays would have them drawn twice.
  const isTooLarge = bays.data !== undefined && bays.data.total > bays.data.spaces.length;

  if (level && site.data && bays.data && sheet.size && !isTooLarge) {
    return (
      <PlanEditor
        key={levelId}
        site={site.data.site}
        level={level}
        bays={bays.data.spaces}
        sheet={{ ...sheet, size: sheet.size }}
        refusal={deleted ?? mayDraw}
        pictureRefusal={deleted ?? mayGivePicture}
      />
    );
  }
  return (
    <>
      <PageHeader
        title={t('plan.edit')}
        intro={<Link to={paths.siteLevels(siteId)}>{t('plan.backToLevels')}</Link>}
      />
      {error && (
        <ProblemAlert
          error={error}
          onRetry={() => void Promise.all([site.refetch(), levels.refetch(), bays.refetch()])}
        />
      )}
      {isAbsent && <p>{t('plan.noSuchLevel')}</p>}
      {isTooLarge && <p>{t('plan.tooLarge', { total: formats.number(bays.data?.total ?? 0) })}</p>}
      {!error && !isAbsent && !isTooLarge && <PageSkeleton />}
    </>
  );
}
