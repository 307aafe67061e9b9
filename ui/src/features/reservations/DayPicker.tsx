import { Button, DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { LeftOutlined, RightOutlined } from '@/components/icons';
import { mondayOf, turned, type View } from './timeAxis';
import styles from './tools.module.css';

type Props = {
  date: string;
  today: string;
  view: View;
  onDate: (date: string) => void;
};

/** Which day, or which week: back, on, today, or any. */
export function DayPicker({ date, today, view, onDate }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isWeek = view === 'week';
  const isNow = isWeek ? mondayOf(date) === mondayOf(today) : date === today;
  return (
    <div className={styles.days} role="group" aria-label={t('calendar.day')}>
      <Button
        icon={<LeftOutlined />}
        aria-label={isWeek ? t('calendar.weekBefore') : t('calendar.dayBefore')}
        onClick={() => onDate(turned(view, date, -1))}
      />
      <Button
        icon={<RightOutlined />}
        aria-label={isWeek ? t('calendar.weekAfter') : t('calendar.dayAfter')}
        onClick={() => onDate(turned(view, date, 1))}
      />
      <Button
        type={isNow ? 'default' : 'primary'}
        ghost={!isNow}
        aria-label={`${t('calendar.today')}, ${formats.weekday(today)}`}
        onClick={() => onDate(today)}
      >
        {t('calendar.today')}
      </Button>
      <DatePicker
        aria-label={t('calendar.day')}
        className={styles.date}
        allowClear={false}
        // "Now" would be the reader's day, not the site's.
        showNow={false}
        value={dayjs(date)}
        format={[(day) => formats.date(day.format('YYYY-MM-DD')), 'YYYY-MM-DD']}
        onChange={(day) => day && onDate(day.format('YYYY-MM-DD'))}
      />
    </div>
  );
}
