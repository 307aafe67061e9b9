import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { baysQuery, levelsQuery, siteQuery } from '@/api/estate';
import { pollEvery } from '@/api/live';
import { asProblem } from '@/api/problem';
import type { Space } from '@/api/types';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useIsFresh, useLiveState } from '@/app/session/useLive';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmergencyBanner } from '@/components/EmergencySwitch';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { AppstoreOutlined, FullscreenOutlined, LayoutOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { useIsNarrow } from '@/components/mediaQuery';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Announcer } from './Announcer';
import { BayGrid } from './BayGrid';
import { Counters } from './Counters';
import { KioskHeader } from './KioskHeader';
import { useKiosk } from './kiosk';
import { OperationsFilters } from './OperationsFilters';
import { OperationsPlan } from './OperationsPlan';
import styles from './operations.module.css';
import {
  counted,
  fitting,
  grouped,
  needsAttention,
  type OperationFilter,
  operationFilters,
  type Wanted,
} from './operationsView';
import { alarmedQuery, trendQuery } from './queries';
import { SpaceDrawer } from './SpaceDrawer';
import { StaleNotice } from './StaleNotice';

/** Asked for this often while nothing is heard. */
const REFRESH_MS = 15_000;
const NOTHING: readonly Space[] = [];

type Props = {
  siteId: string | null;
  hasOthers: boolean;
  onSite: (siteId: string | undefined) => void;
};

/** The bays of one site, or of all, with what one asks and does about them. */
export function Operations({ siteId, hasOthers, onSite }: Props) {
  const { t } = useTranslation();
  const kiosk = useKiosk();
  const isNarrow = useIsNarrow();
  const emergency = {
    refusal: useEstateRefusal('spaces:override'),
    onSwitched: useRefreshEstate(),
  };
  const list = useListState<OperationFilter>(operationFilters);
  const [view, setView] = useOpenParam('view');
  const [openId, setOpenId] = useOpenParam('bay');
  const open = useStable(setOpenId);
  const { query, bays, lamps, shown, figures, alarmed, levelOrder } = useBays(siteId, list.query);
  const isFresh = useIsFresh();
  const { freshAt } = useLiveState();
  const site = useQuery(siteQuery(useTenantId(), siteId ?? '')).data?.site;
  const isPlan = view === 'plan' && siteId !== null;
  const name = siteId ? (site?.name ?? '') : t('operations.allSites');
  const age = <DataAge query={query} isLive={isFresh} />;
  const groups = useMemo(
    () => grouped(shown, { isOneSite: siteId !== null, levelOrder }),
    [shown, siteId, levelOrder],
  );

  return (
    <>
      {kiosk.isKiosk ? (
        <KioskHeader name={name} age={age} onLeave={kiosk.leave} />
      ) : (
        <PageHeader
          title={t('operations.title')}
          // Of keys, which a phone has none of.
          intro={isNarrow ? undefined : t('operations.intro')}
          actions={
            <>
              <Segmented
                aria-label={t('operations.view')}
                value={isPlan ? 'plan' : 'grid'}
                onChange={(next) => setView(next === 'plan' ? 'plan' : null)}
                options={[
                  { value: 'grid', label: t('operations.grid'), icon: <AppstoreOutlined /> },
                  {
                    value: 'plan',
                    label: t('operations.plan'),
                    icon: <LayoutOutlined />,
                    disabled: siteId === null,
                    ...(siteId === null && { title: t('operations.planOfOneSite') }),
                  },
                ]}
              />
              <Button icon={<FullscreenOutlined />} onClick={kiosk.enter}>
                {t('operations.kiosk')}
              </Button>
            </>
          }
        />
      )}
      {site && <EmergencyBanner site={site} {...emergency} />}
      <StaleNotice
        isFresh={isFresh}
        asOf={Math.max(query.dataUpdatedAt, freshAt ?? 0)}
        isFailed={query.isRefetchError}
        isLarge={kiosk.isKiosk}
      />
      <Counters
        {...figures}
        state={list.filters.state}
        isAttention={list.filters.attention !== undefined}
        onState={(state) => list.setFilter('state', state)}
        onAttention={(isOn) => list.setFilter('attention', isOn ? '1' : undefined)}
      />
      {!kiosk.isKiosk && (
        <OperationsFilters
          list={list}
          siteId={siteId}
          isPlan={isPlan}
          hasOthers={hasOthers}
          onSite={onSite}
          age={age}
        />
      )}
      <Body
        query={query}
        total={query.data?.total ?? 0}
        known={bays.length}
        shown={shown.length}
        onClear={list.clear}
      >
        {isPlan ? (
          <OperationsPlan
            siteId={siteId}
            bays={bays}
            shown={shown}
            alarmed={alarmed}
            levelId={list.filters.level_id}
            onLevel={(level) => list.setFilter('level_id', level)}
            openId={openId}
            onOpen={open}
          />
        ) : (
          <BayGrid
            label={t('operations.baysOf', { name })}
            groups={groups}
            alarmed={alarmed}
            lamps={lamps}
            openId={openId}
            onOpen={open}
            isLarge={kiosk.isKiosk}
          />
        )}
      </Body>
      <Announcer bays={shown} />
      <SpaceDrawer spaceId={openId} onClose={() => setOpenId(null)} />
    </>
  );
}

/** The bays one watches, which of them are looked for, and the numbers of both. */
function useBays(siteId: string | null, wanted: Wanted) {
  const tenantId = useTenantId();
  const seesAlarms = useCan('alarms:read');
  const seesLamps = useCan('displays:read');
  const query = useQuery({
    ...baysQuery(tenantId, {
      ...(siteId ? { site_id: siteId } : {}),
      ...(seesLamps ? { include_lamps: true } : {}),
    }),
    refetchInterval: pollEvery(REFRESH_MS),
  });
  const alarms = useQuery(alarmedQuery(tenantId, siteId, seesAlarms)).data;
  const trend = useQuery(trendQuery(tenantId, siteId)).data;
  const levels = useQuery(levelsQuery(tenantId, siteId ?? '')).data?.levels;
  const bays = query.data?.spaces ?? NOTHING;
  const alarmed = useMemo(() => new Set(alarms), [alarms]);
  const lamps = useMemo(
    () => new Map(bays.flatMap(({ id, lamp }) => (lamp ? [[id, lamp] as const] : []))),
    [bays],
  );
  const levelOrder = useMemo(
    () => new Map(levels?.map(({ id, ordinal }) => [id, ordinal])),
    [levels],
  );
  const { level_id, zone_id, state, kind, attention, q } = wanted;
  const shown = useMemo(
    () => fitting(bays, { level_id, zone_id, state, kind, attention, q }, alarmed),
    [bays, level_id, zone_id, state, kind, attention, q, alarmed],
  );
  // Each number says what one would see after choosing it.
  const figures = useMemo(() => {
    const place = { level_id, zone_id, kind, q };
    const ofAnyState = fitting(bays, { ...place, attention }, alarmed);
    const ofState = fitting(bays, { ...place, state }, alarmed);
    const isWhole = !level_id && !zone_id && !kind && !q && !attention;
    return {
      counts: counted(ofAnyState),
      attention: ofState.filter((bay) => needsAttention(bay, alarmed)).length,
      trend: isWhole ? trend : undefined,
    };
  }, [bays, level_id, zone_id, state, kind, attention, q, alarmed, trend]);
  return { query, bays, lamps, shown, figures, alarmed, levelOrder };
}

type BodyProps = {
  query: { isPending: boolean; error: unknown; data: unknown; refetch: () => unknown };
  /** How many there are, how many of them are here, and how many of those are looked for. */
  total: number;
  known: number;
  shown: number;
  onClear: () => void;
  children: ReactNode;
};

function Body({ query, total, known, shown, onClear, children }: BodyProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (query.isPending) return <PageSkeleton />;
  if (query.data === undefined) {
    const isAbsent = asProblem(query.error).status === 404;
    return (
      <ProblemAlert
        error={query.error}
        onRetry={isAbsent ? undefined : () => void query.refetch()}
      />
    );
  }
  if (known === 0) {
    return <EmptyState title={t('operations.noBaysTitle')} text={t('operations.noBaysText')} />;
  }
  return (
    <>
      {total > known && (
        <p className={styles.missing}>
          {t('operations.tooMany', {
            shown: formats.number(known),
            total: formats.number(total),
          })}
        </p>
      )}
      {shown === 0 && (
        <EmptyState
          title={t('table.noHits')}
          text={t('operations.noHitsText')}
          action={<Button onClick={onClear}>{t('table.clearFilters')}</Button>}
        />
      )}
      {/* A plan shows what is not looked for too; a grid of nothing is nothing. */}
      {shown > 0 && children}
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
