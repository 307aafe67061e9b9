import { DatePicker, Form } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useFormats } from './format';
import styles from './SpanFields.module.css';

/** How what the fields hold is written: a time of the wall, without a zone. */
export const WALL = 'YYYY-MM-DDTHH:mm';
export const STEP_MINUTES = 5;

type Props = {
  /** How many minutes pass from one wall clock time of the site until another. */
  minutesOf: (start: string, end: string) => number;
  /** The longest that it may be, as far as that is known, in minutes. */
  minutesMax?: number | undefined;
  autoFocus?: boolean;
};

/** From when until when, by the clocks of a site: `start_time` and `end_time` of the form. */
export function SpanFields({ minutesOf, minutesMax, autoFocus = false }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const moment = {
    showTime: { format: 'HH:mm', minuteStep: STEP_MINUTES as 5 },
    format: 'YYYY-MM-DD HH:mm',
    className: styles.moment,
    needConfirm: false,
    allowClear: false,
    // "Now" would be the reader's, not the site's.
    showNow: false,
  };
  const needed = { required: true, message: t('reservations.timeRequired') };
  return (
    <div className={styles.pair}>
      <Form.Item name="start_time" label={t('reservations.from')} rules={[needed]}>
        <DatePicker {...moment} autoFocus={autoFocus} />
      </Form.Item>
      <Form.Item
        name="end_time"
        label={t('reservations.until')}
        dependencies={['start_time']}
        rules={[
          needed,
          ({ getFieldValue }) => ({
            validator: async (_, end: Dayjs | undefined) => {
              const start: Dayjs | undefined = getFieldValue('start_time');
              if (!start || !end) return;
              const length = minutesOf(start.format(WALL), end.format(WALL));
              if (length <= 0) throw new Error(t('booking.endAfterStart'));
              if (minutesMax === undefined || length <= minutesMax) return;
              const n = formats.number(Math.round(minutesMax / 6) / 10);
              throw new Error(t('calendar.faults.tooLong', { n }));
            },
          }),
        ]}
      >
        <DatePicker {...moment} />
      </Form.Item>
    </div>
  );
}

/** By whose clocks times are. */
export function TimesIn({ site, zone }: { site: string; zone: string }) {
  const { t } = useTranslation();
  return (
    <p className={styles.hint}>{t('spaces.timesIn', { site, zone: zone.replace(/_/g, ' ') })}</p>
  );
}
