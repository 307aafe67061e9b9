import { DatePicker, Form, Input, Radio } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { instantOf } from '@/components/zoneTime';
import styles from './overrides.module.css';
import { overrideKinds } from './queries';

export type WindowValues = {
  kind: (typeof overrideKinds)[number];
  reason: string;
  notes?: string;
  starts_at?: Dayjs | null;
  ends_at?: Dayjs | null;
};

/** What the calendar shows is the wall clock of the site, wherever the reader sits. */
export function windowOf(values: WindowValues, zone: string | undefined) {
  const instant = (wall: Dayjs | null | undefined) =>
    wall && zone ? instantOf(zone, wall.format('YYYY-MM-DDTHH:mm')) : null;
  const [starts_at, ends_at] = [instant(values.starts_at), instant(values.ends_at)];
  const notes = values.notes?.trim();
  return {
    kind: values.kind,
    reason: values.reason,
    ...(notes ? { notes } : {}),
    ...(starts_at ? { starts_at } : {}),
    ...(ends_at ? { ends_at } : {}),
  };
}

type Props = {
  siteName?: string;
  zone?: string;
  isEndRequired?: boolean;
  /** It holds already, and since when stays as it was. */
  isBegun?: boolean;
};

/** How, why, and from when until when. */
export function WindowFields({ siteName, zone, isEndRequired = false, isBegun = false }: Props) {
  const { t } = useTranslation();
  const moment = {
    showTime: { format: 'HH:mm', minuteStep: 5 as const },
    format: 'YYYY-MM-DD HH:mm',
    className: styles.moment,
    needConfirm: false,
    // "Now" would be the reader's, not the site's.
    showNow: false,
  };
  return (
    <>
      <Form.Item name="kind" label={t('spaces.overrideKind')} required>
        <Radio.Group
          options={overrideKinds.map((value) => ({
            value,
            label: t(`spaces.overrideKinds.${value}.name`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('spaces.reason')}
        extra={t('spaces.reasonHint')}
        rules={[{ required: true, whitespace: true, message: t('spaces.reasonRequired') }]}
      >
        <Input maxLength={255} autoComplete="off" />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item
          name="starts_at"
          label={t('spaces.from')}
          extra={isBegun ? t('overrides.begunHint') : t('spaces.fromHint')}
        >
          <DatePicker {...moment} disabled={isBegun} />
        </Form.Item>
        <Form.Item
          name="ends_at"
          label={t('spaces.until')}
          extra={isEndRequired ? t('closures.untilHint') : t('spaces.untilHint')}
          rules={isEndRequired ? [{ required: true, message: t('closures.untilRequired') }] : []}
        >
          <DatePicker {...moment} />
        </Form.Item>
      </div>
      {zone && siteName && (
        <p className={styles.hint}>
          {t('spaces.timesIn', { site: siteName, zone: zone.replace(/_/g, ' ') })}
        </p>
      )}
      <Form.Item name="notes" label={t('spaces.notes')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
    </>
  );
}
