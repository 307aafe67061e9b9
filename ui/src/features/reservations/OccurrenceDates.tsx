import { Pagination } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JudgedOccurrence, OccurrenceVerdict } from '@/api/types';
import { useFormats } from '@/components/format';
import { useIsNarrow } from '@/components/mediaQuery';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './series.module.css';
import { dateOf } from './timeAxis';
import { useWords } from './useWords';

/** So many are drawn at once; a series has hundreds. */
const DATES_SHOWN = 25;

export type DateRow = {
  key: string;
  start: string;
  end: string;
  status: ReactNode;
  /** What else there is to say, such as who stands in the way. */
  note?: ReactNode;
  actions?: ReactNode;
  isMuted?: boolean;
};

type Props = {
  label: string;
  zone: string;
  rows: readonly DateRow[];
};

/** Dates by the calendar and the clocks of the site, a page at a time. */
export function OccurrenceDates({ label, zone, rows }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isNarrow = useIsNarrow();
  const [chosen, setChosen] = useState(1);
  const last = Math.max(1, Math.ceil(rows.length / DATES_SHOWN));
  const page = Math.min(chosen, last);
  const shown = rows.slice((page - 1) * DATES_SHOWN, page * DATES_SHOWN);
  return (
    <div className={styles.datesFrame}>
      <ul className={styles.dates} aria-label={label}>
        {shown.map((row) => (
          <DateItem key={row.key} row={row} zone={zone} />
        ))}
      </ul>
      {last > 1 && (
        <div className={styles.datePages}>
          <span>
            {t('table.count', { count: rows.length, formatted: formats.number(rows.length) })}
          </span>
          <nav aria-label={t('series.pagesOf', { label })}>
            <Pagination
              size="small"
              simple={isNarrow}
              current={page}
              pageSize={DATES_SHOWN}
              total={rows.length}
              showSizeChanger={false}
              onChange={setChosen}
            />
          </nav>
        </div>
      )}
    </div>
  );
}

function DateItem({ row, zone }: { row: DateRow; zone: string }) {
  const formats = useFormats();
  const words = useWords(zone);
  const date = dateOf(zone, Date.parse(row.start));
  const span = { start: Date.parse(row.start), end: Date.parse(row.end) };
  return (
    <li className={row.isMuted ? styles.mutedDate : styles.date}>
      <span className={styles.when}>
        <time dateTime={row.start} className={styles.day}>
          {formats.date(date)}
        </time>
        <span className={styles.hours}>{words.span(span, date)}</span>
      </span>
      <span className={styles.standing}>
        {row.status}
        {row.note && <span className={styles.note}>{row.note}</span>}
      </span>
      {row.actions && <span className={styles.dateActions}>{row.actions}</span>}
    </li>
  );
}

const tones: Record<OccurrenceVerdict, Tone> = {
  free: 'good',
  slot_taken: 'bad',
  space_out_of_use: 'bad',
  person_limit_reached: 'bad',
  too_short: 'warning',
  excluded: 'quiet',
  cancellation_closed: 'warning',
  in_the_past: 'quiet',
};

/** Whether a date can be had, or why not. */
export function VerdictTag({ verdict }: { verdict: OccurrenceVerdict }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[verdict]}>{t(`series.verdicts.${verdict}`)}</StatusTag>;
}

export const isClash = ({ verdict }: Pick<JudgedOccurrence, 'verdict'>): boolean =>
  verdict !== 'free' && verdict !== 'excluded';

/** Occurrences that were judged as rows: when others have the bay stands below each, and beside it what one may do. */
export function useJudgedRows(
  zone: string,
  actionsOf?: (one: JudgedOccurrence, date: string) => ReactNode,
) {
  const { t } = useTranslation();
  const words = useWords(zone);
  return (judged: readonly JudgedOccurrence[]): DateRow[] =>
    judged.map((one): DateRow => {
      const day = dateOf(zone, Date.parse(one.start_time));
      const taken = one.conflicts.map(({ start_time, end_time }) =>
        words.span({ start: Date.parse(start_time), end: Date.parse(end_time) }, day),
      );
      return {
        key: one.start_time,
        start: one.start_time,
        end: one.end_time,
        status: <VerdictTag verdict={one.verdict} />,
        ...(taken.length > 0 && { note: t('series.takenAt', { times: taken.join('; ') }) }),
        ...(actionsOf && { actions: actionsOf(one, day) }),
        isMuted: one.verdict === 'excluded',
      };
    });
}
