import { Form } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { SitePicker } from '@/components/SitePicker';
import { SpanFields, TimesIn } from '@/components/SpanFields';
import styles from './booking.module.css';
import { RepeatFields } from './RepeatFields';
import type { RepeatValues, useRepeat } from './useRepeat';

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
  return (
    <>
      <Form.Item
        name="site_id"
        label={t('reservations.site')}
        rules={[{ required: true, message: t('booking.siteRequired') }]}
      >
        <SitePickerField onSite={onSite} />
      </Form.Item>
      <SpanFields minutesOf={minutesOf} minutesMax={minutesMax} />
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
      <TimesIn site={siteName ?? ''} zone={zone} />
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
