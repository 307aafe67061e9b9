import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { siteQuery } from '@/api/estate';
import type { Evidence, Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { ColorSign } from '@/components/lamp/LampSign';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { instantOf, wallOf } from '@/components/zoneTime';
import { EvidenceMessages } from './EvidenceMessages';
import { evidenceQuery } from './queries';
import styles from './spaces.module.css';
import { useExactClock } from './useExactClock';

/** As the calendar's wall clock is read. */
const WALL = 'YYYY-MM-DDTHH:mm:ss';

type Props = {
  space: Space;
  /** The moment that is asked about; null is now. */
  at: string | null;
  onAt: (at: string | null) => void;
};

/** Why a bay is in its state, or was at a moment: the rule that decided, the facts and the messages. */
export function EvidencePart({ space, at, onAt }: Props) {
  const { t } = useTranslation();
  const query = useQuery(evidenceQuery(useTenantId(), space.id, at));
  const evidence = query.data;
  // What happens at a bay happens by the clocks of its site, wherever the reader sits.
  const zone = useQuery(siteQuery(useTenantId(), space.site_id)).data?.site.timezone;
  const heading = useRef<HTMLHeadingElement>(null);
  const asked = useRef(at);

  // Whoever asked from the history below is brought to the answer.
  useEffect(() => {
    if (asked.current !== at && at !== null) heading.current?.focus();
    asked.current = at;
  }, [at]);

  return (
    <section aria-label={t('evidence.title')}>
      <h2 ref={heading} tabIndex={-1} className={styles.title}>
        {at === null ? t('evidence.whyNow') : t('evidence.whyThen')}
      </h2>
      <Steps space={space} at={at} onAt={onAt} changes={evidence?.changes ?? []} zone={zone} />
      {zone && (
        <p className={styles.hint}>{t('evidence.zone', { zone: zone.replace(/_/g, ' ') })}</p>
      )}
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton active />}
      {evidence && (
        <div className={query.isPlaceholderData ? styles.outdated : undefined}>
          <Verdict evidence={evidence} isThen={at !== null} zone={zone} />
          {/* What takes it out of use now stands above. */}
          {at !== null && <OverrideFacts evidence={evidence} />}
          <LampThen lamp={evidence.lamp} zone={zone} />
          <EvidenceMessages evidence={evidence} isThen={at !== null} zone={zone} />
        </div>
      )}
    </section>
  );
}

type StepsProps = Props & { changes: Evidence['changes']; zone: string | undefined };

/** From change to change, to any moment, and back to now. */
function Steps({ space, at, onAt, changes, zone }: StepsProps) {
  const { t } = useTranslation();
  const from = at === null ? Number.POSITIVE_INFINITY : Date.parse(at);
  // The newest first: an earlier one is the first before the moment, a later one the last after it.
  const earlier = changes.find((change) => Date.parse(change.at) < from);
  const later = changes.findLast((change) => Date.parse(change.at) > from);
  const wall = (instant: string | number) =>
    zone ? dayjs(wallOf(zone, new Date(instant).getTime())) : null;
  return (
    <div className={styles.steps}>
      <Button disabled={!earlier} onClick={() => earlier && onAt(earlier.at)}>
        {t('evidence.earlier')}
      </Button>
      <Button disabled={at === null} onClick={() => onAt(later?.at ?? null)}>
        {t('evidence.later')}
      </Button>
      <DatePicker
        aria-label={t('evidence.moment')}
        placeholder={t('evidence.moment')}
        showTime={{ format: 'HH:mm:ss' }}
        format="YYYY-MM-DD HH:mm:ss"
        disabled={!zone}
        // "Now" would be the reader's, not the site's.
        showNow={false}
        value={at === null ? null : wall(at)}
        {...(zone ? { minDate: dayjs(wallOf(zone, Date.parse(space.created_at))) } : {})}
        {...(zone ? { maxDate: dayjs(wallOf(zone, Date.now())) } : {})}
        onChange={(moment) =>
          onAt(moment && zone ? held(instantOf(zone, moment.format(WALL)), space) : null)
        }
      />
      {at !== null && <Button onClick={() => onAt(null)}>{t('evidence.now')}</Button>}
    </div>
  );
}

/** Nothing is known of a bay before it was, nor of what is to come. */
function held(at: string, space: Space): string {
  const first = Date.parse(space.created_at);
  return new Date(Math.min(Math.max(Date.parse(at), first), Date.now())).toISOString();
}

/** What followed from the facts, by which rule, in words. */
function Verdict(props: { evidence: Evidence; isThen: boolean; zone: string | undefined }) {
  const { t } = useTranslation();
  const exact = useExactClock(props.zone);
  const { evidence, isThen } = props;
  const { at, state, cause, sensor, shown } = evidence;
  const clock = (instant: string | null | undefined) =>
    instant ? exact(instant) : t('common.never');
  return (
    <div className={styles.verdict}>
      <div className={styles.verdictHead}>
        <SpaceStateTag state={state} />
        {isThen && <time dateTime={at}>{exact(at)}</time>}
      </div>
      <p className={styles.rule}>{t(`evidence.rules.${cause}`)}</p>
      {sensor.observed_at && (
        <p className={styles.nowSensor}>
          {t('evidence.sensorSaid')} <SpaceStateTag state={sensor.state} />,{' '}
          {clock(sensor.observed_at)}
        </p>
      )}
      {sensor.is_stale && (
        <p className={styles.nowSensor}>
          {t('evidence.notBelieved', { at: clock(sensor.stale_at) })}
        </p>
      )}
      {sensor.held && (
        <p className={styles.nowSensor}>
          {t('evidence.heldBack')} <SpaceStateTag state={sensor.held.state} />,{' '}
          {t('evidence.heldUntil', { at: clock(sensor.held.until) })}
        </p>
      )}
      {shown.state !== state && (
        <p className={styles.nowSensor}>
          {t('evidence.shownThen')} <SpaceStateTag state={shown.state} />
        </p>
      )}
    </div>
  );
}

/** What its lamp was meant to show at that moment, and what it had been told by then. */
function LampThen({ lamp, zone }: { lamp: Evidence['lamp']; zone: string | undefined }) {
  const { t } = useTranslation();
  const exact = useExactClock(zone);
  if (!lamp) return null;
  const { downlink_id, wanted_color, wanted_at, told_color, told_at } = lamp;
  return (
    <p className={styles.lampThen}>
      {t('evidence.lampWanted')} <ColorSign color={wanted_color} />, {exact(wanted_at)}.{' '}
      {told_at ? (
        <>
          {t('evidence.lampTold')} <ColorSign color={told_color} />, {exact(told_at)}.
        </>
      ) : (
        t('evidence.lampNotTold')
      )}{' '}
      <Link to={paths.downlinks({ downlink: downlink_id })}>{t('evidence.lampCommand')}</Link>
    </p>
  );
}

/** What took it out of use at that moment, though it may be over by now. */
function OverrideFacts({ evidence }: { evidence: Evidence }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const inForce = evidence.overrides.filter(({ is_in_force }) => is_in_force);
  if (inForce.length === 0) return null;
  return (
    <ul className={styles.overrides} aria-label={t('spaces.overrides')}>
      {inForce.map(({ id, kind, reason, created_by, created_at, lifted_at, lifted_by }) => (
        <li key={id} className={styles.override}>
          <strong>{t(`spaces.overrideKinds.${kind}.name`)}</strong>
          <div>{reason}</div>
          <div className={styles.second}>
            {formats.instant(created_at)}
            {created_by && `, ${t('spaces.byWhom', { name: created_by })}`}
            {lifted_at && ` – ${formats.instant(lifted_at)}`}
            {lifted_by && `, ${t('spaces.byWhom', { name: lifted_by })}`}
          </div>
        </li>
      ))}
    </ul>
  );
}
