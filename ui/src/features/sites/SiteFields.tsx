import { Form, Input, InputNumber, Select, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyValues } from '@/components/KeyValues';
import { countryOptions } from './countries';
import styles from './sites.module.css';
import { isZoneFound, zoneOptions } from './timeZones';

/** Everything one says of a site, in the order in which one knows it. */
export function SiteFields({ timezone, isNew }: { timezone: string; isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        rules={[{ required: true, whitespace: true, message: t('sites.nameRequired') }]}
      >
        <Input autoComplete="off" autoFocus={isNew} />
      </Form.Item>
      <Form.Item name="slug" label={t('sites.slug')} extra={isNew && t('sites.slugHint')}>
        <Input autoComplete="off" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <Time timezone={timezone} />
      <Place />
      <fieldset className={styles.group}>
        <legend>{t('sites.more')}</legend>
        <Form.Item
          name="debounce_seconds"
          label={t('sites.debounce')}
          extra={t('sites.debounceHint')}
        >
          <InputNumber
            className={styles.number}
            min={0}
            max={30}
            precision={0}
            suffix={t('devices.seconds')}
          />
        </Form.Item>
        <KeyValues name="metadata" />
        <Form.Item name="is_active" label={t('sites.isActive')} valuePropName="checked" required>
          <Switch />
        </Form.Item>
      </fieldset>
    </>
  );
}

function Time({ timezone }: { timezone: string }) {
  const { t } = useTranslation();
  // The offsets are those of the moment in which the form was opened.
  const [openedAt] = useState(() => Date.now());
  const zones = useMemo(() => zoneOptions(openedAt, timezone), [openedAt, timezone]);
  return (
    <fieldset className={styles.group}>
      <legend>{t('sites.time')}</legend>
      <Form.Item
        name="timezone"
        label={t('sites.timezone')}
        extra={t('sites.timezoneHint')}
        rules={[{ required: true, message: t('sites.timezoneRequired') }]}
      >
        <Select showSearch={{ filterOption: isZoneFound }} options={zones} />
      </Form.Item>
      <Form.Item
        name="opening_hours"
        label={t('sites.openingHours')}
        extra={t('sites.openingHoursHint')}
      >
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} spellCheck={false} />
      </Form.Item>
    </fieldset>
  );
}

function Place() {
  const { t, i18n } = useTranslation();
  const countries = useMemo(() => countryOptions(i18n.language), [i18n.language]);
  return (
    <fieldset className={styles.group}>
      <legend>{t('sites.place')}</legend>
      <Form.Item name="address" label={t('sites.address')}>
        <Input autoComplete="off" />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="postal_code" label={t('sites.postalCode')}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="city" label={t('sites.city')}>
          <Input autoComplete="off" />
        </Form.Item>
      </div>
      <Form.Item name="state" label={t('sites.state')}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="country" label={t('sites.country')}>
        <Select showSearch={{ optionFilterProp: 'label' }} allowClear options={countries} />
      </Form.Item>
      <div className={styles.halves}>
        <Form.Item name="latitude" label={t('sites.latitude')}>
          <InputNumber className={styles.number} controls={false} placeholder="48.8606" />
        </Form.Item>
        <Form.Item name="longitude" label={t('sites.longitude')}>
          <InputNumber className={styles.number} controls={false} placeholder="2.3376" />
        </Form.Item>
      </div>
      <p className={styles.hint}>{t('sites.coordinatesHint')}</p>
    </fieldset>
  );
}
