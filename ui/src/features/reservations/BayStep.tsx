import { useQuery } from '@tanstack/react-query';
import { Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { baysQuery, levelsQuery } from '@/api/estate';
import type { Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { LayoutOutlined, MenuOutlined } from '@/components/icons';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { BayChoicePlan } from './BayChoicePlan';
import { BayChoices } from './BayChoices';
import { type Freedom, freedomOf, questionOf } from './booking';
import styles from './booking.module.css';
import { closedSpans } from './CalendarRow';
import { AVAILABLE_MAX, availabilityQuery } from './calendarQueries';
import { dateOf, type Span } from './timeAxis';
import { useWords } from './useWords';
import { WaitForAny } from './WaitForAny';

type Props = {
  siteId: string;
  zone: string;
  span: Span;
  spaceId: string | undefined;
  /** Whether it is the first of several dates, without which the others can be had as well. */
  isSeries: boolean;
  /** Whether it is offered to wait, where none is free. */
  canWait: boolean;
  onPick: (spaceId: string) => void;
};

/** A bay, and whether it can be had. */
export type Choice = { bay: Space; freedom: Freedom };

/** Which bay, of those that can be had then: from the list, or where it lies on the plan. */
export function BayStep({ siteId, zone, span, spaceId, isSeries, canWait, onPick }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenantId = useTenantId();
  const words = useWords(zone);
  const [levelId, setLevelId] = useState<string>();
  const [isPlan, setIsPlan] = useState(false);
  const levels = useQuery(levelsQuery(tenantId, siteId)).data?.levels ?? [];
  const bays = useQuery(baysQuery(tenantId, { site_id: siteId }));
  const level = isPlan
    ? (levelId ?? levels.find(({ has_plan }) => has_plan)?.id ?? levels[0]?.id)
    : levelId;
  const free = useQuery(
    availabilityQuery(tenantId, { ...questionOf(siteId, span), ...(level && { level_id: level }) }),
  );
  const choices = useMemo(() => {
    const known = new Map(bays.data?.spaces.map((bay) => [bay.id, bay]));
    const now = Date.now();
    return (free.data?.spaces ?? []).flatMap((one): Choice[] => {
      const bay = known.get(one.space_id);
      if (!bay) return [];
      const freedom = freedomOf(one, span, now);
      const isOutOfUse = !freedom.isFree && closedSpans(bay, span).length > 0;
      return [{ bay, freedom: isOutOfUse ? { ...freedom, isOutOfUse } : freedom }];
    });
  }, [bays.data, free.data, span]);
  const isFree = choices.filter(({ freedom }) => freedom.isFree).length;

  const day = dateOf(zone, span.start);
  const say = (freedom: Freedom) => {
    if (freedom.isFree) return t('booking.free');
    if (freedom.until === null) {
      return freedom.isOutOfUse ? t('calendar.outOfUse') : t('booking.takenLong');
    }
    const at = dateOf(zone, freedom.until) === day ? '' : `${words.day(freedom.until)}, `;
    return t('booking.takenUntil', { at: `${at}${words.clock(freedom.until)}` });
  };

  const failed = [bays, free].find(({ error, data }) => error && !data);
  if (failed) return <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!bays.data || !free.data) return <PageSkeleton />;
  return (
    <>
      <div className={styles.bayTools}>
        <Segmented
          aria-label={t('operations.view')}
          value={isPlan ? 'plan' : 'list'}
          onChange={(next) => setIsPlan(next === 'plan')}
          options={[
            { value: 'list', label: t('booking.list'), icon: <MenuOutlined /> },
            {
              value: 'plan',
              label: t('operations.plan'),
              icon: <LayoutOutlined />,
              disabled: levels.length === 0,
            },
          ]}
        />
        {levels.length > 1 && (
          <Select
            aria-label={t('spaces.level')}
            className={styles.level}
            allowClear={!isPlan}
            placeholder={t('spaces.filterLevel')}
            value={level}
            onChange={(next) => setLevelId(next)}
            options={levels.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
        <span className={styles.count} role="status">
          {t('booking.freeOf', {
            free: formats.number(isFree),
            total: formats.number(choices.length),
          })}
        </span>
      </div>
      {isSeries && <p className={styles.hint}>{t('series.firstOnly')}</p>}
      {free.data.total >= AVAILABLE_MAX && (
        <p className={styles.hint}>{t('booking.chooseLevel')}</p>
      )}
      {canWait && isFree === 0 && choices.length > 0 && (
        <WaitForAny siteId={siteId} levelId={level} span={span} />
      )}
      {choices.length === 0 && (
        <EmptyState title={t('booking.noBayTitle')} text={t('booking.noBayText')} />
      )}
      {choices.length > 0 && !isPlan && (
        <BayChoices
          choices={choices}
          spaceId={spaceId}
          isSeries={isSeries}
          say={say}
          onPick={onPick}
        />
      )}
      {isPlan && level && (
        <BayChoicePlan
          key={level}
          level={levels.find(({ id }) => id === level)}
          bays={bays.data.spaces}
          choices={choices}
          spaceId={spaceId}
          isSeries={isSeries}
          say={say}
          onPick={onPick}
        />
      )}
    </>
  );
}
