import { DatePicker, Form } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { SitePicker } from '@/components/SitePicker';
import styles from './booking.module.css';
import { RepeatFields } from './RepeatFields';
import type { RepeatValues, useRepeat } from './useRepeat';

export const WALL = 'YYYY-MM-DDTHH:mm';
const STEP_MINUTES = 5;
/** How long one usually wants a bay, in minutes. */
const LENGTHS = [30, 60, 120, 240, 480];

export type BookingValues = RepeatValues & {
  site_id: string;
  start_time: Dayjs;
  end_time: Dayjs;
  name?: string;
  email?: string;
  plate?: string;
  notes?: string;
};

type Props = {
  zone: string;
  siteName: string | null;
  /** How many minutes pass from one wall clock time of the site until another. */
  minutesOf: (start: string, end: string) => number;
  /** The longest reservation, as far as it is known, in minutes. */
  minutesMax: number | undefined;
  /** How long it is as chosen, in minutes, and by one press. */
  minutes: number | null;
  onMinutes: (minutes: number) => void;
  onSite: () => void;
  repeat: ReturnType<typeof useRepeat>;
};

/** Where, from when until when by the clocks there, and how often. */
export function WhenStep(props: Props) {
  const { zone, siteName, minutesOf, minutesMax, minutes, onMinutes, onSite, repeat } = props;
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
    <>
      <Form.Item
        name="site_id"
        label={t('reservations.site')}
        rules={[{ required: true, message: t('booking.siteRequired') }]}
      >
        <SitePickerField onSite={onSite} />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="start_time" label={t('reservations.from')} rules={[needed]}>
          <DatePicker {...moment} />
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
      <div className={styles.lengths} role="group" aria-label={t('booking.length')}>
        <span aria-hidden="true">{t('booking.length')}</span>
        {LENGTHS.map((n) => (
          <button
            key={n}
            type="button"
            className={styles.lengthChoice}
            aria-pressed={n === minutes}
            onClick={() => onMinutes(n)}
          >
            {n < 60 ? t('booking.minutes', { n }) : t('booking.lasts', { n: n / 60 })}
          </button>
        ))}
      </div>
      <RepeatFields first={repeat.first} words={repeat.words} onKind={repeat.choose} />
      <p className={styles.hint}>
        {t('spaces.timesIn', { site: siteName ?? '', zone: zone.replace(/_/g, ' ') })}
      </p>
    </>
  );
}

type FieldProps = {
  id?: string;
  value?: string;
  onChange?: (siteId: string | undefined) => void;
  onSite: () => void;
};

/** A bay of another site is none of this one. */
function SitePickerField({ onSite, onChange, ...rest }: FieldProps) {
  return (
    <SitePicker
      {...rest}
      tenantId={useTenantId()}
      onChange={(site) => {
        onSite();
        onChange?.(site);
      }}
    />
  );
}
