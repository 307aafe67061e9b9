import { DatePicker, Form, Input, InputNumber, Radio, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import styles from './booking.module.css';
import {
  isLastOf,
  monthlyKinds,
  nthOf,
  type RepeatKind,
  repeatKinds,
  type Weekday,
  weekdayOf,
  weekdays,
} from './rule';
import type { RepeatValues } from './useRepeat';
import { useRuleWords } from './useRuleWords';

/** The most that a series may have. */
const TIMES_MAX = 367;
const INTERVALS = [1, 2, 3, 4];

type Props = {
  /** The day on which it begins, by the calendar of the site. */
  first: string;
  /** What comes of it in words, once it is whole. */
  words: string | null;
  /** How it may repeat; in every way that there is, unless said otherwise. */
  kinds?: readonly RepeatKind[];
  onKind: (kind: RepeatKind) => void;
};

/** Whether and how it repeats, and for how long. */
export function RepeatFields({ first, words, kinds = repeatKinds, onKind }: Props) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RepeatValues>();
  const kind: RepeatKind = Form.useWatch('repeats', form) ?? 'none';
  return (
    <div className={styles.repeat}>
      <Form.Item
        name="repeats"
        label={t('series.repeats')}
        required
        className={styles.repeatKind ?? ''}
      >
        <Select
          options={kinds.map((value) => ({ value, label: t(`series.kinds.${value}`) }))}
          onChange={onKind}
        />
      </Form.Item>
      {kind === 'weekly' && <WeeklyFields />}
      {kind === 'monthly' && <MonthlyField first={first} />}
      {kind === 'own' && (
        <Form.Item
          name="rule"
          label={t('series.rule.label')}
          extra={t('series.rule.hint')}
          rules={[{ required: true, whitespace: true, message: t('series.rule.required') }]}
        >
          <Input.TextArea
            className={styles.ruleText}
            autoSize={{ minRows: 1, maxRows: 4 }}
            maxLength={500}
            autoComplete="off"
            spellCheck={false}
          />
        </Form.Item>
      )}
      {kind !== 'none' && kind !== 'own' && <EndFields first={first} />}
      {kind !== 'none' && (
        <p className={styles.ruleWords} role="status">
          {words}
        </p>
      )}
    </div>
  );
}

function WeeklyFields() {
  const { t } = useTranslation();
  return (
    <div className={styles.pair}>
      <Form.Item
        name="days"
        label={t('series.days')}
        rules={[{ required: true, type: 'array', min: 1, message: t('series.daysRequired') }]}
      >
        <WeekdayPicker />
      </Form.Item>
      <Form.Item name="interval" label={t('series.interval')} required>
        <Select
          options={INTERVALS.map((value) => ({
            value,
            label: t('series.everyWeeks', { count: value }),
          }))}
        />
      </Form.Item>
    </div>
  );
}

type PickerProps = {
  id?: string;
  value?: readonly Weekday[];
  onChange?: (days: Weekday[]) => void;
};

/** The days of the week, each to be pressed. */
function WeekdayPicker({ id, value = [], onChange }: PickerProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const turned = (day: Weekday) =>
    weekdays.filter((one) => (one === day ? !value.includes(one) : value.includes(one)));
  return (
    <div
      id={id}
      tabIndex={-1}
      className={styles.weekdays}
      role="group"
      aria-label={t('series.days')}
    >
      {weekdays.map((day, n) => (
        <button
          key={day}
          type="button"
          className={styles.lengthChoice}
          aria-pressed={value.includes(day)}
          onClick={() => onChange?.(turned(day))}
        >
          <span aria-hidden="true">{formats.weekdayShort(n)}</span>
          <span className={styles.unseen}>{formats.weekdayName(n)}</span>
        </button>
      ))}
    </div>
  );
}

/** By its date, or by its day of the week: the fourth Monday, or the last. */
function MonthlyField({ first }: { first: string }) {
  const { t } = useTranslation();
  const words = useRuleWords();
  const by = Form.useWatch('monthly', Form.useFormInstance<RepeatValues>());
  const date = Number(first.slice(8));
  const nthDay = (n: number) =>
    t('series.rule.nthDay', { nth: words.nth(n), day: words.day(weekdayOf(first)) });
  const label = {
    date: t('series.rule.dates', { count: 1, dates: String(date) }),
    weekday: nthDay(nthOf(first)),
    last: nthDay(-1),
  };
  const kinds = monthlyKinds.filter((kind) => kind !== 'last' || isLastOf(first));
  return (
    <Form.Item
      name="monthly"
      label={t('series.monthly')}
      required
      extra={by === 'date' && date > 28 ? t('series.shortMonths', { date }) : undefined}
    >
      <Radio.Group
        className={styles.radios ?? ''}
        options={kinds.map((value) => ({ value, label: label[value] }))}
      />
    </Form.Item>
  );
}

function EndFields({ first }: { first: string }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RepeatValues>();
  const ends = Form.useWatch('ends', form) ?? 'until';
  return (
    <div className={styles.ends}>
      <Form.Item name="ends" label={t('series.ends')} required>
        <Radio.Group
          options={[
            { value: 'until', label: t('series.endsUntil') },
            { value: 'times', label: t('series.endsTimes') },
          ]}
        />
      </Form.Item>
      {ends === 'until' ? (
        <Form.Item
          name="until"
          label={t('series.lastDay')}
          rules={[
            { required: true, message: t('series.lastDayRequired') },
            {
              validator: async (_, day: Dayjs | null) => {
                if (day && day.format('YYYY-MM-DD') < first) {
                  throw new Error(t('booking.endAfterStart'));
                }
              },
            },
          ]}
        >
          <DatePicker
            className={styles.moment}
            format="YYYY-MM-DD"
            showNow={false}
            allowClear={false}
            disabledDate={(day: Dayjs) => day.format('YYYY-MM-DD') < first}
          />
        </Form.Item>
      ) : (
        <Form.Item
          name="times"
          label={t('series.howOften')}
          rules={[{ required: true, message: t('series.howOftenRequired') }]}
        >
          <InputNumber min={1} max={TIMES_MAX} precision={0} className={styles.moment} />
        </Form.Item>
      )}
    </div>
  );
}
