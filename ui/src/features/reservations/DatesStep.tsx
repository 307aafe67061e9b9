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
  /** To where the rule is mended, if there is something wrong with it. */
  onMend: () => void;
};

/** What is known of a series that is to be booked. */
export const usePreview = (wish: ReservationSeriesWish | null) =>
  useQuery(previewQuery(useTenantId(), wish));

/** Whether it can be booked as one wants it. */
export const canBeHad = (preview: ReservationSeriesPreview | undefined, onClash: OnClash) =>
  preview !== undefined && preview.free > 0 && (preview.clashes === 0 || onClash === 'skip');

/** Every date before anything is booked: which can be had, which not and why, and what becomes of those. */
export function DatesStep({ wish, words, onClash, onOnClash, onMend }: Props) {
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
      <Found preview={query.data} onClash={onClash} onOnClash={onOnClash} />
    </>
  );
}

type FoundProps = Omit<Props, 'wish' | 'words' | 'onMend'> & { preview: ReservationSeriesPreview };

function Found({ preview, onClash, onOnClash }: FoundProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rowsOf = useJudgedRows(preview.timezone);
  const [isClashesOnly, setIsClashesOnly] = useState(false);
  const { occurrences, total, free, clashes } = preview;
  const number = (count: number) => ({ count, formatted: formats.number(count) });
  const isFiltered = isClashesOnly && clashes > 0;
  const shown = isFiltered ? occurrences.filter(isClash) : occurrences;
  return (
    <>
      <div role="status">
        <Alert
          className={styles.verdict}
          type={clashes === 0 ? 'success' : free === 0 ? 'error' : 'warning'}
          showIcon
          title={
            clashes === 0
              ? t('series.allFree', number(total))
              : t('series.someClash', number(clashes))
          }
          description={
            clashes > 0 &&
            t('series.freeOf', { free: formats.number(free), total: formats.number(total) })
          }
        />
      </div>
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
