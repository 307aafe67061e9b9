import { Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { useEvery } from '@/components/devices';
import { EuiField } from '@/components/EuiField';
import { KeyValues } from '@/components/KeyValues';
import { SitePicker } from '@/components/SitePicker';
import styles from './gateways.module.css';

/** Everything one says of a gateway. Its EUI is given once: another one is another gateway. */
export function GatewayFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  return (
    <>
      {isNew ? (
        <EuiField name="eui" label="EUI" extra={t('gateways.euiHint')} autoFocus />
      ) : (
        <Form.Item name="eui" label="EUI" extra={t('gateways.euiFixed')}>
          <Input readOnly variant="filled" />
        </Form.Item>
      )}
      <Form.Item
        name="name"
        label={t('fields.name')}
        rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
      >
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="site_id" label={t('spaces.site')}>
        <SitePicker tenantId={tenantId} allowClear placeholder={t('gateways.noSite')} />
      </Form.Item>
      <div className={styles.thirds}>
        <Form.Item name="latitude" label={t('sites.latitude')}>
          <InputNumber className={styles.number} controls={false} placeholder="48.8606" />
        </Form.Item>
        <Form.Item name="longitude" label={t('sites.longitude')}>
          <InputNumber className={styles.number} controls={false} placeholder="2.3376" />
        </Form.Item>
        <Form.Item name="altitude" label={t('gateways.altitude')}>
          <InputNumber className={styles.number} controls={false} suffix="m" />
        </Form.Item>
      </div>
      <p className={styles.fieldHint}>{t('sites.coordinatesHint')}</p>
      <HeartbeatField />
      <Form.Item name="notes" label={t('spaces.notes')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
      <KeyValues name="metadata" />
    </>
  );
}

function HeartbeatField() {
  const { t } = useTranslation();
  const every = useEvery();
  const seconds: number | null | undefined = Form.useWatch('heartbeat_seconds');
  return (
    <Form.Item
      name="heartbeat_seconds"
      label={t('devices.heartbeat')}
      extra={seconds ? every(seconds) : t('gateways.heartbeatHint')}
    >
      <InputNumber
        min={5}
        max={86_400}
        precision={0}
        controls={false}
        suffix={t('devices.seconds')}
        className={styles.number}
      />
    </Form.Item>
  );
}
