import { Form, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { asProblem } from '@/api/problem';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import styles from './overrides.module.css';
import { bookingsWishes } from './queries';

type Props = { label: string; mayBook: string | null };

/** What is to become of reservations in the way. */
export function BookingsField({ label, mayBook }: Props) {
  const { t } = useTranslation();
  return (
    <Form.Item name="bookings" label={label} extra={t('closures.bookings.hint')}>
      <Radio.Group
        className={styles.choices}
        options={bookingsWishes.map((value) => ({
          value,
          label: t(`closures.bookings.${value}`),
          disabled: mayBook !== null && (value === 'move' || value === 'cancel'),
          ...(mayBook !== null ? { title: mayBook } : {}),
        }))}
      />
    </Form.Item>
  );
}

/** The reservations for which a closure was refused. */
export function InTheWay({ error, zone }: { error: unknown; zone: string | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const bookings = error ? asProblem(error).bookings : [];
  if (bookings.length === 0) return null;
  const moment = (at: string) => (zone ? formats.instantIn(zone, at) : formats.instant(at));
  return (
    <section aria-label={t('closures.inTheWay')} className={styles.inTheWay}>
      <ul>
        {bookings.map(({ id, space_code, start_time, end_time, why }) => (
          <li key={id}>
            <Link to={paths.reservations({ reservation: id })} target="_blank">
              {space_code}
            </Link>{' '}
            {moment(start_time)} – {moment(end_time)}: {t(`closures.why.${why}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}
