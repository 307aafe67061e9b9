import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { levelsQuery } from '@/api/estate';
import type { Level, Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LevelPlan } from '@/components/plan/LevelPlan';
import type { PlannedBay } from '@/components/plan/PlanBay';
import { useSheet } from '@/components/plan/picture';
import styles from './operations.module.css';
import { type Alarmed, needsAttention } from './operationsView';

type Props = {
  siteId: string;
  /** All of the site: those that are not looked for stand back. */
  bays: readonly Space[];
  shown: readonly Space[];
  alarmed: Alarmed;
  levelId: string | undefined;
  onLevel: (levelId: string) => void;
  openId: string | null;
  onOpen: (id: string) => void;
};

/** The bays where they lie, one level at a time. */
export function OperationsPlan({ siteId, levelId, onLevel, ...rest }: Props) {
  const { t } = useTranslation();
  const levels = useQuery(levelsQuery(useTenantId(), siteId));
  const all = levels.data?.levels ?? [];
  const drawn = useMemo(
    () =>
      new Set(rest.bays.flatMap(({ level_id, shape }) => (shape && level_id ? [level_id] : []))),
    [rest.bays],
  );
  // The one asked for, else the first on which there is something to see.
  const level =
    all.find(({ id }) => id === levelId) ??
    all.find(({ id }) => drawn.has(id)) ??
    all.find(({ has_plan }) => has_plan) ??
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
  return (
    <>
      <div className={styles.levelBar}>
        {all.length > 1 ? (
          <Select
            aria-label={t('spaces.level')}
            className={styles.level}
            value={level.id}
            options={all.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={onLevel}
          />
        ) : (
          <strong>{level.name}</strong>
        )}
        <Link to={paths.planEditor(siteId, level.id)}>{t('plan.lookAtDrawing')}</Link>
      </div>
      <OneLevel key={level.id} siteId={siteId} level={level} {...rest} />
    </>
  );
}

type LevelProps = Omit<Props, 'levelId' | 'onLevel'> & { level: Level };

function OneLevel({ siteId, level, bays, shown, alarmed, openId, onOpen }: LevelProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const sheet = useSheet(useTenantId(), level);
  const { planned, missing } = useMemo(() => {
    const wanted = new Set(shown.map(({ id }) => id));
    const wrong = new Set(bays.flatMap((bay) => (needsAttention(bay, alarmed) ? [bay.id] : [])));
    const here = bays.filter(({ level_id }) => level_id === level.id);
    const planned: PlannedBay[] = here.flatMap(({ id, code, state, shape }) =>
      shape ? [{ id, code, state, shape, isFaint: !wanted.has(id), isAlarmed: wrong.has(id) }] : [],
    );
    return { planned, missing: here.length - planned.length };
  }, [bays, shown, alarmed, level.id]);
  if (!sheet.size) return <PageSkeleton />;
  return (
    <>
      {sheet.error !== null && <ProblemAlert error={sheet.error} onRetry={sheet.retry} />}
      {planned.length === 0 && !sheet.url ? (
        <EmptyState
          title={t('plan.emptyTitle')}
          text={t('operations.notDrawn')}
          action={<Link to={paths.planEditor(siteId, level.id)}>{t('plan.lookAtDrawing')}</Link>}
        />
      ) : (
        <LevelPlan
          label={t('plan.ofLevel', { level: level.name })}
          size={sheet.size}
          url={sheet.url}
          bays={planned}
          openId={openId}
          onOpen={onOpen}
        />
      )}
      {missing > 0 && (
        <p className={styles.missing}>
          {t('plan.missing', { count: missing, formatted: formats.number(missing) })}
        </p>
      )}
    </>
  );
}
