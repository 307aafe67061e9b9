import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Radio, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { OnClash, ReservationSeriesPreview, ReservationSeriesWish } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { isClash, OccurrenceDates, useJudgedRows } from './OccurrenceDates';
import styles from './series.module.css';
import { previewQuery } from './seriesQueries';

type Props = {
  wish: ReservationSeriesWish;
  words: string | null;
  onClash: OnClash;
  onOnClash: (next: OnClash) => void;
  /** Leaves a day out, or takes it in again. */
  onTurnDay: (date: string) => void;
  /** To where the rule is mended, if there is something wrong with it. */
  onMend: () => void;
};

/** What is known of a series that is to be booked. */
export const usePreview = (wish: ReservationSeriesWish | null) =>
  useQuery(previewQuery(useTenantId(), wish));

/** Whether it can be booked as one wants it. */
export const canBeHad = (preview: ReservationSeriesPreview | undefined, onClash: OnClash) =>
  preview !== undefined && preview.free > 0 && (preview.clashes === 0 || onClash === 'skip');

/** How many dates are left out on purpose. */
export const leftOutOf = ({ total, free, clashes }: ReservationSeriesPreview) =>
  total - free - clashes;

/** Every date before anything is booked: which can be had, which not and why, and what becomes of those. */
export function DatesStep({ wish, words, onMend, ...rest }: Props) {
  const { t } = useTranslation();
  const query = usePreview(wish);
  if (query.error && !query.data) {
    if (asProblem(query.error).status !== 422) {
      return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
    }
    return (
      <>
        <ProblemAlert error={query.error} />
        <Button className={styles.mend} onClick={onMend}>
          {t('series.mendRule')}
        </Button>
      </>
    );
  }
  if (!query.data) return <PageSkeleton />;
  const zone = query.data.timezone.replace(/_/g, ' ');
  return (
    <>
      <p className={styles.lead}>
        {words}
        <span className={styles.second}>{t('series.byClocks', { zone })}</span>
      </p>
      <Found preview={query.data} {...rest} />
    </>
  );
}

type FoundProps = Omit<Props, 'wish' | 'words' | 'onMend'> & { preview: ReservationSeriesPreview };

function Found({ preview, onClash, onOnClash, onTurnDay }: FoundProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rowsOf = useJudgedRows(preview.timezone, ({ verdict }, date) => (
    <TurnDay isLeftOut={verdict === 'excluded'} date={date} onTurn={() => onTurnDay(date)} />
  ));
  const [isClashesOnly, setIsClashesOnly] = useState(false);
  const { occurrences, total, free, clashes } = preview;
  const isFiltered = isClashesOnly && clashes > 0;
  const shown = isFiltered ? occurrences.filter(isClash) : occurrences;
  return (
    <>
      <Verdict preview={preview} />
      {clashes > 0 && free > 0 && (
        <ClashChoice onClash={onClash} onOnClash={onOnClash} free={free} clashes={clashes} />
      )}
      {clashes > 0 && clashes < total && (
        <Segmented
          aria-label={t('series.which')}
          className={styles.which ?? ''}
          value={isFiltered ? 'clashes' : 'all'}
          onChange={(next) => setIsClashesOnly(next === 'clashes')}
          options={[
            { value: 'all', label: t('series.allDates', { n: formats.number(total) }) },
            { value: 'clashes', label: t('series.clashesOnly', { n: formats.number(clashes) }) },
          ]}
        />
      )}
      <OccurrenceDates
        key={isFiltered ? 'clashes' : 'all'}
        label={t('series.dates')}
        zone={preview.timezone}
        rows={rowsOf(shown)}
      />
    </>
  );
}

/** Whether all that is not left out can be had. */
function Verdict({ preview }: { preview: ReservationSeriesPreview }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { free, clashes } = preview;
  const leftOut = leftOutOf(preview);
  const number = (count: number) => ({ count, formatted: formats.number(count) });
  const found = () => {
    if (clashes > 0) return t('series.someClash', number(clashes));
    return free > 0 ? t('series.allFree', number(free)) : t('series.noneLeft');
  };
  const [had, asked] = [formats.number(free), formats.number(free + clashes)];
  const more = [
    clashes > 0 && t('series.freeOf', { free: had, total: asked }),
    leftOut > 0 && t('series.leftOutSoFar', number(leftOut)),
  ];
  return (
    <div role="status">
      <Alert
        className={styles.verdict}
        type={free === 0 ? 'error' : clashes > 0 ? 'warning' : 'success'}
        showIcon
        title={found()}
        description={more.filter(Boolean).join(' ')}
      />
    </div>
  );
}

type TurnProps = { isLeftOut: boolean; date: string; onTurn: () => void };

/** Leaves a day out, such as a holiday, or takes it in again. */
function TurnDay({ isLeftOut, date, onTurn }: TurnProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const word = isLeftOut ? 'takeIn' : 'leaveOut';
  return (
    <Button
      type="link"
      size="small"
      aria-label={t(`series.${word}Named`, { day: formats.date(date) })}
      onClick={onTurn}
    >
      {t(`series.${word}`)}
    </Button>
  );
}

type ChoiceProps = {
  onClash: OnClash;
  onOnClash: (next: OnClash) => void;
  free: number;
  clashes: number;
};

function ClashChoice({ onClash, onOnClash, free, clashes }: ChoiceProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <fieldset className={styles.choice}>
      <legend>{t('series.onClash.label')}</legend>
      <Radio.Group
        className={styles.choices ?? ''}
        value={onClash}
        onChange={(event) => onOnClash(event.target.value)}
        options={[
          {
            value: 'skip',
            label: t('series.onClash.skip', { count: clashes, formatted: formats.number(free) }),
          },
          { value: 'refuse', label: t('series.onClash.refuse') },
        ]}
      />
      {onClash === 'refuse' && <p className={styles.second}>{t('series.onClash.mend')}</p>}
    </fieldset>
  );
}
