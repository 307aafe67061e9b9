import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Level, Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LevelPlan } from '@/components/plan/LevelPlan';
import { type PlannedBay, StateSign } from '@/components/plan/PlanBay';
import { useSheet } from '@/components/plan/picture';
import type { Choice } from './BayStep';
import { type Freedom, markOf } from './booking';
import styles from './booking.module.css';

type Props = {
  level: Level | undefined;
  bays: readonly Space[];
  choices: readonly Choice[];
  spaceId: string | undefined;
  /** Whether one that is taken can be chosen: it is free on other dates. */
  isSeries: boolean;
  say: (freedom: Freedom) => string;
  onPick: (spaceId: string) => void;
};

/** The bays of a level where they lie: those that can be had, those that are taken, and the others faintly. */
export function BayChoicePlan(props: Props) {
  const { level, bays, choices, spaceId, isSeries, say, onPick } = props;
  const { t } = useTranslation();
  const sheet = useSheet(useTenantId(), level);
  const [askedId, setAskedId] = useState<string | null>(null);
  const known = useMemo(() => new Map(choices.map((one) => [one.bay.id, one])), [choices]);
  const planned = useMemo(
    () =>
      bays.flatMap(({ id, code, shape, level_id }): PlannedBay[] => {
        if (!shape || level_id !== level?.id) return [];
        const freedom = known.get(id)?.freedom;
        const state = freedom ? markOf(freedom) : 'maintenance';
        return [{ id, code, shape, state, isFaint: !freedom }];
      }),
    [bays, known, level?.id],
  );
  // The same function always: what is drawn by it is not drawn again.
  const pick = useRef<(id: string) => void>(() => undefined);
  useEffect(() => {
    pick.current = (id) => {
      setAskedId(id);
      const freedom = known.get(id)?.freedom;
      if (freedom && (freedom.isFree || isSeries)) onPick(id);
    };
  });
  const onOpen = useCallback((id: string) => pick.current(id), []);

  if (!level || !sheet.size) return <PageSkeleton />;
  if (planned.length === 0) {
    return <EmptyState title={t('plan.emptyTitle')} text={t('operations.notDrawn')} />;
  }
  const asked = askedId ?? spaceId;
  const code = bays.find(({ id }) => id === asked)?.code;
  const freedom = asked ? known.get(asked)?.freedom : undefined;
  return (
    <>
      {sheet.error !== null && <ProblemAlert error={sheet.error} onRetry={sheet.retry} />}
      <LevelPlan
        label={t('plan.ofLevel', { level: level.name })}
        size={sheet.size}
        url={sheet.url}
        bays={planned}
        openId={spaceId ?? null}
        onOpen={onOpen}
      />
      <p className={styles.picked} role="status">
        {code ? (
          <>
            <StateSign state={freedom ? markOf(freedom) : 'maintenance'} />
            <strong>{code}</strong> {freedom ? say(freedom) : t('reservations.notReservable')}
          </>
        ) : (
          t('booking.pickOnPlan')
        )}
      </p>
    </>
  );
}
