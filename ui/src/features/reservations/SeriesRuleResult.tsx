import { Alert, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OccurrenceFate, OccurrenceOutcome, ReservationSeriesChanged } from '@/api/types';
import { useFormats } from '@/components/format';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { type DateRow, OccurrenceDates, useJudgedRows, VerdictTag } from './OccurrenceDates';
import styles from './series.module.css';
import { counted, isStuck, type OutcomePart, outcomeParts, partOf, toldFates } from './seriesRule';

const tones: Record<Exclude<OccurrenceFate, 'left_out'>, Tone> = {
  kept: 'quiet',
  changed: 'warning',
  new: 'good',
  removed: 'bad',
};

type Props = { tried: ReservationSeriesChanged; words: string | null };

/** What another rule would do, before it does: each date, what becomes of it, and what is in the way. */
export function SeriesRuleResult({ tried, words }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [chosen, setChosen] = useState<OutcomePart>('all');
  const { outcomes, series } = tried;
  const rowsOf = useOutcomeRows(series.timezone);
  const counts = counted(outcomes);
  const stuck = outcomes.filter(isStuck).length;
  const number = (count: number) => ({ count, formatted: formats.number(count) });
  const said = toldFates.filter((fate) => counts[fate] > 0);
  const parts = outcomeParts.filter((part) => part === 'all' || partOf(outcomes, part).length > 0);
  const shown = parts.includes(chosen) ? chosen : 'all';
  return (
    <div className={styles.result}>
      <p className={styles.lead}>
        {words}
        <span className={styles.second}>
          {t('series.byClocks', { zone: series.timezone.replace(/_/g, ' ') })}
        </span>
      </p>
      <div role="status">
        <Alert
          className={styles.verdict}
          type={stuck > 0 ? 'warning' : 'success'}
          showIcon
          title={formats.list(
            said.map((fate) => t(`series.wouldBe.${fate}`, number(counts[fate]))),
          )}
          description={
            <>
              {stuck > 0 && `${t('series.wouldBeStuck', number(stuck))} `}
              {t('series.notYet')}
            </>
          }
        />
      </div>
      {parts.length > 1 && (
        <Segmented
          aria-label={t('series.which')}
          className={styles.which ?? ''}
          value={shown}
          onChange={setChosen}
          options={parts.map((value) => ({
            value,
            label: t(`series.outcomes.${value}`, {
              n: formats.number(partOf(outcomes, value).length),
            }),
          }))}
        />
      )}
      <OccurrenceDates
        key={shown}
        label={t('series.becoming')}
        zone={series.timezone}
        rows={rowsOf(partOf(outcomes, shown))}
      />
    </div>
  );
}

function useOutcomeRows(zone: string) {
  const { t } = useTranslation();
  const judgedRows = useJudgedRows(zone);
  return (outcomes: readonly OccurrenceOutcome[]): DateRow[] =>
    judgedRows(outcomes).map((row, n) => {
      const one = outcomes[n];
      if (!one) return row;
      const { fate, verdict } = one;
      const why = fate === 'kept' && verdict !== 'free';
      return {
        ...row,
        key: `${row.key} ${fate}`,
        status: (
          <>
            {fate === 'left_out' ? (
              <VerdictTag verdict={verdict} />
            ) : (
              <StatusTag tone={tones[fate]}>{t(`series.fates.${fate}`)}</StatusTag>
            )}
            {why && <VerdictTag verdict={verdict} />}
          </>
        ),
        isMuted: fate === 'removed' || verdict === 'excluded',
      };
    });
}
