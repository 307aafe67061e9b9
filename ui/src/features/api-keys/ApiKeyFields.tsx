import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { roles } from '@/components/roles';
import styles from './apiKeys.module.css';
import { ScopePicker } from './ScopePicker';

/** What one decides about a key, when it is made and later. Stands inside a form of `ApiKeyValues`. */
export function ApiKeyFields() {
  const { t } = useTranslation();
  const inDays = (days: number) => ({
    label: t('apiKeys.inDays', { count: days }),
    value: dayjs().add(days, 'day'),
  });

  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        extra={t('apiKeys.nameHint')}
        rules={[{ required: true, message: t('fields.nameRequired') }]}
      >
        <Input autoComplete="off" autoFocus />
      </Form.Item>
      <Form.Item
        name="role"
        label={t('apiKeys.roleCap')}
        extra={t('apiKeys.roleHint')}
        rules={[{ required: true }]}
      >
        <Select options={roles.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))} />
      </Form.Item>
      <Form.Item
        name="scopes"
        label={t('apiKeys.scopesTitle')}
        rules={[{ required: true, type: 'array', min: 1, message: t('apiKeys.scopesRequired') }]}
      >
        <ScopePicker />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="expires_at" label={t('apiKeys.expires')} extra={t('apiKeys.expiresHint')}>
          <DatePicker
            className={styles.full}
            presets={[inDays(30), inDays(90), inDays(365)]}
            disabledDate={(day) => day.isBefore(dayjs(), 'day')}
          />
        </Form.Item>
        <Form.Item
          name="requests_per_minute"
          label={t('apiKeys.rate')}
          extra={t('apiKeys.rateHint')}
        >
          <InputNumber className={styles.full} min={1} precision={0} />
        </Form.Item>
      </div>
      <Form.Item name="allowed_ips" label={t('apiKeys.allowedIps')} extra={t('apiKeys.ipHint')}>
        <Select mode="tags" open={false} suffix={null} tokenSeparators={[',', ' ', ';']} />
      </Form.Item>
    </>
  );
}
