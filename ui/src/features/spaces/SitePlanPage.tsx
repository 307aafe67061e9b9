import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { baysQuery, levelsQuery, siteQuery } from '@/api/estate';
import { pollEvery } from '@/api/live';
import type { Level, Space, SpaceState } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useIsFresh } from '@/app/session/useLive';
import { useTenantId } from '@/app/session/useSession';
import { spaceStateNames } from '@/components/bays';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { EditOutlined } from '@/components/icons';
import { useOpenParam } from '@/components/openParam';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LevelPlan, PlanLegend } from '@/components/plan/LevelPlan';
import type { PlannedBay } from '@/components/plan/PlanBay';
import { useSheet } from '@/components/plan/picture';
import { SpaceDrawer } from './SpaceDrawer';
import styles from './spaces.module.css';

const REFRESH_MS = 10_000;

/** The bays of a site where they lie, level by level, in the states they are in. */
export default function SitePlanPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { siteId = '' } = useParams();
  const levels = useQuery(levelsQuery(tenantId, siteId));
  const site = useQuery(siteQuery(tenantId, siteId)).data?.site;
  const denied = useEstateRefusal('spaces:manage');
  const [params, setParams] = useSearchParams();
  const all = levels.data?.levels ?? [];
  // The one asked for, else the first on which there is something to see.
  const level =
    all.find(({ id }) => id === params.get('level')) ??
    all.find(({ has_plan }) => has_plan) ??
    all.find(({ spaces }) => (spaces ?? 0) > 0) ??
    all[0];

  if (levels.isPending) return <PageSkeleton />;
  if (levels.error) {
    return <ProblemAlert error={levels.error} onRetry={() => void levels.refetch()} />;
  }
  if (!level) {
    return (
      <EmptyState
        title={t('plan.noLevelsTitle')}
        text={t('plan.noLevelsText')}
        action={<Link to={paths.siteLevels(siteId)}>{t('plan.toLevels')}</Link>}
      />
    );
  }
  const mayDraw = denied === null && !site?.deleted_at;
  return (
    <>
      <div className={styles.planBar}>
        {all.length > 1 ? (
          <Select
            aria-label={t('spaces.level')}
            className={styles.filter}
            value={level.id}
            options={all.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) =>
              setParams((current) => {
                const next = new URLSearchParams(current);
                next.set('level', id);
                next.delete('bay');
                return next;
              })
            }
          />
        ) : (
          <strong>{level.name}</strong>
        )}
        <Link to={paths.planEditor(siteId, level.id)} className={styles.planEdit}>
          <EditOutlined /> {mayDraw ? t('plan.edit') : t('plan.lookAtDrawing')}
        </Link>
      </div>
      <PlanOfLevel key={level.id} siteId={siteId} level={level} mayDraw={mayDraw} />
    </>
  );
}

type Props = { siteId: string; level: Level; mayDraw: boolean };

function PlanOfLevel({ siteId, level, mayDraw }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const sheet = useSheet(tenantId, level);
  const scope = { site_id: siteId, level_id: level.id };
  const query = useQuery({ ...baysQuery(tenantId, scope), refetchInterval: pollEvery(REFRESH_MS) });
  const isFresh = useIsFresh();
  const [openId, setOpenId] = useOpenParam('bay');
  const spaces = query.data?.spaces;
  const { bays, counts, missing } = useMemo(() => sorted(spaces ?? []), [spaces]);
  const open = useStable(setOpenId);

  if (query.isPending || !sheet.size) {
    return query.error ? (
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <PageSkeleton />
    );
  }
  const isEmpty = bays.length === 0 && !sheet.url;
  return (
    <>
      {sheet.error !== null && (
        <div className={styles.alert}>
          <ProblemAlert error={sheet.error} onRetry={sheet.retry} />
        </div>
      )}
      {isEmpty ? (
        <EmptyState
          title={t('plan.emptyTitle')}
          text={mayDraw ? t('plan.emptyText') : t('plan.emptyTextReader')}
          action={
            mayDraw && <Link to={paths.planEditor(siteId, level.id)}>{t('plan.drawNow')}</Link>
          }
        />
      ) : (
        <>
          <div className={styles.planFacts}>
            <PlanLegend counts={counts} />
            <DataAge query={query} isLive={isFresh} />
          </div>
          <LevelPlan
            label={t('plan.ofLevel', { level: level.name })}
            size={sheet.size}
            url={sheet.url}
            bays={bays}
            openId={openId}
            onOpen={open}
          />
        </>
      )}
      <Missing siteId={siteId} level={level} count={missing} />
      <SpaceDrawer spaceId={openId} onClose={() => setOpenId(null)} />
    </>
  );
}

/** The same function from render to render: what is drawn by it is not drawn again. */
function useStable<Value>(set: (value: Value) => void): (value: Value) => void {
  const held = useRef(set);
  useEffect(() => {
    held.current = set;
  }, [set]);
  return useCallback((value: Value) => held.current(value), []);
}

function sorted(spaces: readonly Space[]) {
  const counts = Object.fromEntries(spaceStateNames.map((name) => [name, 0])) as Record<
    SpaceState,
    number
  >;
  const bays: PlannedBay[] = [];
  for (const { id, code, state, shape } of spaces) {
    if (!shape) continue;
    counts[state] += 1;
    bays.push({ id, code, state, shape });
  }
  return { bays, counts, missing: spaces.length - bays.length };
}

/** Bays of the level that lie nowhere on its plan: it does not pretend to show all. */
function Missing({ siteId, level, count }: { siteId: string; level: Level; count: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (count === 0) return null;
  return (
    <p className={styles.planMissing}>
      {t('plan.missing', { count, formatted: formats.number(count) })}{' '}
      <Link to={paths.siteSpaces(siteId, { level: level.id })}>{t('plan.showThem')}</Link>
    </p>
  );
}
