import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { useFromNow, useNow } from '@/components/now';
import { offsetName } from '@/components/zoneTime';
import styles from './calendar.module.css';
import { type Axis, dateOf, hoursOf, partOf, ticksOf } from './timeAxis';

const percent = (part: number) => `${part * 100}%`;
const ticksEvery = (axis: Axis, isWeek: boolean) => ticksOf(axis, isWeek ? 6 : 1);

/** The days and hours above the rows. A day that is longer or shorter than others says so. */
export function CalendarHead({ axis, isWeek }: { axis: Axis; isWeek: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const ticks = useMemo(() => ticksEvery(axis, isWeek), [axis, isWeek]);
  const today = useFromNow((now) => dateOf(axis.zone, now));
  return (
    <div role="row" tabIndex={-1} aria-rowindex={1} className={styles.head}>
      <div role="columnheader" tabIndex={-1} className={styles.corner}>
        {t('reservations.bay')}
      </div>
      <div role="presentation" className={styles.headTrack}>
        {axis.days.map((day) => {
          const hours = hoursOf(day);
          return (
            <div
              key={day.date}
              role="columnheader"
              tabIndex={-1}
              className={day.date === today ? styles.dayToday : styles.day}
              style={{
                left: percent(partOf(axis, day.start)),
                width: percent(partOf(axis, day.end) - partOf(axis, day.start)),
              }}
            >
              <span className={styles.dayName}>
                {isWeek ? formats.weekday(day.date) : formats.fullDate(day.date)}
                {hours !== 24 && (
                  <strong className={styles.hours}>{t('calendar.hours', { n: hours })}</strong>
                )}
              </span>
            </div>
          );
        })}
        {ticks.map(({ at, label, isSecond }) => (
          <span
            key={at}
            aria-hidden="true"
            className={isSecond ? styles.tickSecond : styles.tick}
            style={{ left: percent(partOf(axis, at)) }}
            title={
              isSecond
                ? t('calendar.again', { at: label, offset: offsetName(axis.zone, at) })
                : undefined
            }
          >
            {isWeek ? label.slice(0, 2) : label}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The lines of hours and days behind the rows, and that of the present. */
export function CalendarLines({ axis, isWeek }: { axis: Axis; isWeek: boolean }) {
  const ticks = useMemo(() => ticksEvery(axis, isWeek), [axis, isWeek]);
  return (
    <div aria-hidden="true" className={styles.lines}>
      {ticks.map(({ at }) => (
        <i key={at} className={styles.line} style={{ left: percent(partOf(axis, at)) }} />
      ))}
      {axis.days.map(({ date, start }) => (
        <i key={date} className={styles.midnight} style={{ left: percent(partOf(axis, start)) }} />
      ))}
    </div>
  );
}

/** Where on the line it is now; what lies before it is over. */
export function NowLine({ axis }: { axis: Axis }) {
  const part = partOf(axis, useNow());
  if (part <= 0) return null;
  return (
    <div aria-hidden="true" className={styles.nowLayer}>
      <div className={styles.past} style={{ width: percent(Math.min(1, part)) }} />
      {part < 1 && <i className={styles.now} style={{ left: percent(part) }} />}
    </div>
  );
}
