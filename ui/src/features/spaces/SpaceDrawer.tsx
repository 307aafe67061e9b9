import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Drawer, Skeleton } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { siteQuery } from '@/api/estate';
import type { OverrideKind, Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useIsFresh } from '@/app/session/useLive';
import { useTenantId } from '@/app/session/useSession';
import { useBayWords } from '@/components/bays';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { PlayCircleOutlined, StopOutlined, ToolOutlined } from '@/components/icons';
import { Age, Moment } from '@/components/Moment';
import { useFromNow } from '@/components/now';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { StatusTag } from '@/components/StatusTag';
import { DevicesPart } from './DevicesPart';
import { EvidencePart } from './EvidencePart';
import { LampPart } from './LampPart';
import { OverrideDialog } from './OverrideDialog';
import { spaceQuery } from './queries';
import { ReservationsPart } from './ReservationsPart';
import { SpaceActions, usePutBack } from './SpaceActions';
import { SpaceHistory } from './SpaceHistory';
import styles from './spaces.module.css';

type Props = { spaceId: string | null; onClose: () => void };

/** One bay: what it is, what state it is in and why, and how that came about. */
export function SpaceDrawer({ spaceId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(spaceQuery(useTenantId(), spaceId ?? ''));
  const space = query.data?.space;
  useFactsOf(space);
  const isFresh = useIsFresh() && !space?.deleted_at;
  const [at, setAt] = useMoment(spaceId);
  return (
    <Drawer
      open={spaceId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(620px, 100vw)"
      title={space ? `${t('spaces.one')} ${space.code}` : t('spaces.one')}
      extra={space && <SpaceActions space={space} caption={t('table.actions')} />}
    >
      {query.error && (
        <div className={styles.alert}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isLoading && <Skeleton active />}
      {space && (
        <div className={styles.details}>
          {space.deleted_at && <Alert type="warning" showIcon title={t('spaces.deletedNotice')} />}
          <StatePart space={space} age={<DataAge query={query} isLive={isFresh} />} />
          {!space.deleted_at && <OverridePart space={space} />}
          {!space.deleted_at && <ReservationsPart space={space} />}
          <EvidencePart space={space} at={at} onAt={setAt} />
          <LampPart space={space} />
          <DevicesPart space={space} />
          <SpaceHistory spaceId={space.id} onWhy={setAt} />
          <IdentityPart space={space} />
        </div>
      )}
    </Drawer>
  );
}

/** Which moment one asks about; of another bay one asks about now. */
function useMoment(spaceId: string | null) {
  const [asked, setAsked] = useState<{ of: string | null; at: string | null } | null>(null);
  const at = asked?.of === spaceId ? asked.at : null;
  return [at, (next: string | null) => setAsked({ of: spaceId, at: next })] as const;
}

/** A change is heard with its state alone; why it came about is asked for then, of this one bay. */
function useFactsOf(space: Space | undefined) {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const id = space?.id;
  const known = useRef<{ id: string; at: string } | null>(null);
  const at = space?.state_changed_at;
  useEffect(() => {
    if (!id || !at) return;
    const isNews = known.current?.id === id && known.current.at !== at;
    known.current = { id, at };
    if (!isNews) return;
    for (const part of ['one', 'history', 'evidence']) {
      void queryClient.invalidateQueries({ queryKey: [tenantId, 'spaces', part, id] });
    }
  }, [queryClient, tenantId, id, at]);
}

function StatePart({ space, age }: { space: Space; age: React.ReactNode }) {
  const { t } = useTranslation();
  const { state, state_changed_at, sensor_observed_at, sensor_state } = space;
  return (
    <section className={styles.now} aria-label={t('spaces.stateAndWhy')}>
      <div className={styles.nowState}>
        <SpaceStateTag state={state} />
        <span>
          {t('spaces.since')} <Age at={state_changed_at} />
        </span>
      </div>
      <p className={styles.nowSensor}>
        {sensor_observed_at ? (
          <>
            {t('spaces.sensorSays')}{' '}
            {isState(sensor_state) && <SpaceStateTag state={sensor_state} />},{' '}
            <Age at={sensor_observed_at} />
          </>
        ) : space.sensor ? (
          t('spaces.sensorNever')
        ) : (
          t('spaces.noSensor')
        )}
      </p>
      <Link to={paths.alarmsOf({ bay: space.id })}>{t('alarms.ofOne')}</Link>
      <div>{age}</div>
    </section>
  );
}

function isState(name: string): name is 'free' | 'occupied' | 'unknown' {
  return ['free', 'occupied', 'unknown'].includes(name);
}

/** What takes it out of use, now or later, in the site's time. */
function OverridePart({ space }: { space: Space }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('spaces:override');
  const putBack = usePutBack(space);
  const [open, setOpen] = useState<OverrideKind | null>(null);
  const zone = useQuery(siteQuery(useTenantId(), space.site_id)).data?.site.timezone;
  const hasAny = space.overrides.length > 0;
  const takeOut = useRef<HTMLButtonElement>(null);
  const hadAny = useRef(hasAny);

  // The browser's focus was on "put back into use", which is gone with the last override.
  useEffect(() => {
    if (hadAny.current && !hasAny && document.activeElement === document.body) {
      takeOut.current?.focus();
    }
    hadAny.current = hasAny;
  }, [hasAny]);

  return (
    <section>
      <h2 className={styles.title}>{t('spaces.overrides')}</h2>
      {hasAny ? (
        <ul className={styles.overrides}>
          {space.overrides.map((one) => (
            <OverrideItem key={one.id} override={one} zone={zone ?? 'UTC'} />
          ))}
        </ul>
      ) : (
        <p className={styles.hint}>{t('spaces.noOverrides')}</p>
      )}
      <div className={styles.buttons}>
        <GatedButton
          ref={takeOut}
          icon={<ToolOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setOpen('out_of_service')}
        >
          {t('spaces.takeOut')}
        </GatedButton>
        <GatedButton
          icon={<StopOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setOpen('blocked')}
        >
          {t('spaces.block')}
        </GatedButton>
        {hasAny && (
          <GatedButton
            icon={<PlayCircleOutlined />}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
            onClick={putBack}
          >
            {t('spaces.putBack')}
          </GatedButton>
        )}
      </div>
      {open && <OverrideDialog space={space} kind={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

type ItemProps = { override: Space['overrides'][number]; zone: string };

function OverrideItem({ override, zone }: ItemProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { kind, starts_at, ends_at, reason, notes, created_by } = override;
  const isPlanned = useFromNow((now) => Date.parse(starts_at) > now);
  return (
    <li className={styles.override}>
      <div className={styles.overrideHead}>
        <StatusTag tone={isPlanned ? 'waiting' : 'warning'}>
          {isPlanned ? t('spaces.planned') : t('spaces.running')}
        </StatusTag>
        <strong>
          {kind === 'blocked'
            ? t('spaces.overrideKinds.blocked.name')
            : t('spaces.overrideKinds.out_of_service.name')}
        </strong>
      </div>
      <div>{reason}</div>
      {notes && <div className={styles.notes}>{notes}</div>}
      <div className={styles.second}>
        {t('spaces.span', {
          from: formats.instantIn(zone, starts_at),
          until: ends_at ? formats.instantIn(zone, ends_at) : t('spaces.openEnd'),
          zone: zone.replace(/_/g, ' '),
        })}
        {created_by && `, ${t('spaces.byWhom', { name: created_by })}`}
      </div>
    </li>
  );
}

function IdentityPart({ space }: { space: Space }) {
  const { t } = useTranslation();
  const words = useBayWords();
  return (
    <section>
      <h2 className={styles.title}>{t('spaces.identity')}</h2>
      <Facts>
        {space.name && <Fact label={t('spaces.name')}>{space.name}</Fact>}
        <Fact label={t('spaces.site')}>
          <Link to={paths.site(space.site_id)}>{space.site_name}</Link>
        </Fact>
        <Fact label={t('spaces.level')}>
          {space.level ?? '–'}
          {space.shape && space.level_id && (
            <Link
              className={styles.second}
              to={paths.sitePlan(space.site_id, { level: space.level_id, bay: space.id })}
            >
              {t('plan.showOn')}
            </Link>
          )}
        </Fact>
        <Fact label={t('spaces.zone')}>{space.zone ?? '–'}</Fact>
        <Fact label={t('spaces.kind')}>{words.kind(space.kind)}</Fact>
        <Fact label={t('spaces.reservable')}>
          {space.is_reservable ? t('common.yes') : t('common.no')}
        </Fact>
        <Fact label={t('spaces.autoRelease')}>
          {space.auto_release_minutes
            ? t('tenants.minutes', { count: space.auto_release_minutes })
            : t('spaces.autoReleaseNever')}
        </Fact>
        {Object.entries(space.metadata as Record<string, unknown>).map(([key, value]) => (
          <Fact key={key} label={key}>
            {typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>}
          </Fact>
        ))}
        <Fact label={t('tenants.created')}>
          <Moment at={space.created_at} />
        </Fact>
        <Fact label={t('tenants.id')}>
          <code>{space.id}</code>
        </Fact>
      </Facts>
    </section>
  );
}
