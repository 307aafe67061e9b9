import { Checkbox, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { useEvery } from '@/components/devices';
import { EuiField } from '@/components/EuiField';
import { KeyValues } from '@/components/KeyValues';
import { ModelPicker } from '@/components/ModelPicker';
import styles from './devices.module.css';

const HEARTBEAT = { min: 10, max: 2_592_000 };
const KEY_DIGITS = 32;

/** What a device is and what it is called. */
export function IdentityFields() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  return (
    <>
      <Form.Item name="model" label={t('devices.model')} extra={t('devices.modelHint')}>
        <ModelPicker tenantId={tenantId} allowClear placeholder={t('devices.modelUnknown')} />
      </Form.Item>
      <Form.Item name="name" label={t('fields.name')} extra={t('devices.nameHint')}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </>
  );
}

/** What one rarely needs. */
export function MoreFields() {
  const { t } = useTranslation();
  return (
    <>
      <HeartbeatField />
      <EuiField name="join_eui" label="JoinEUI" isOptional />
      <Form.Item name="serial_number" label={t('devices.serial')}>
        <Input autoComplete="off" spellCheck={false} maxLength={100} />
      </Form.Item>
      <Form.Item name="notes" label={t('spaces.notes')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
      <KeyValues name="metadata" />
    </>
  );
}

/** Seconds, as the server keeps them, and what they come to. */
function HeartbeatField() {
  const { t } = useTranslation();
  const every = useEvery();
  const seconds: number | null | undefined = Form.useWatch('heartbeat_seconds');
  return (
    <Form.Item
      name="heartbeat_seconds"
      label={t('devices.heartbeat')}
      extra={seconds ? every(seconds) : t('devices.heartbeatHint')}
    >
      <InputNumber
        {...HEARTBEAT}
        precision={0}
        controls={false}
        suffix={t('devices.seconds')}
        className={styles.number}
      />
    </Form.Item>
  );
}

/** A key can be given and forgotten; nobody gets to see it again. */
export function AppKeyField({ hasKey = false }: { hasKey?: boolean }) {
  const { t } = useTranslation();
  const forgets: boolean = Form.useWatch('forgets_key') ?? false;
  return (
    <>
      <Form.Item
        name="app_key"
        label="AppKey"
        extra={hasKey ? t('devices.keyKnownHint') : t('devices.keyHint')}
        validateTrigger="onBlur"
        rules={[
          {
            validator: (_rule, text: string | undefined) => {
              const digits = (text ?? '').replace(/[-:\s]/g, '');
              return digits === '' || new RegExp(`^[0-9a-f]{${KEY_DIGITS}}$`, 'i').test(digits)
                ? Promise.resolve()
                : Promise.reject(new Error(t('errors.fields.appKey')));
            },
          },
        ]}
      >
        <Input.Password
          autoComplete="new-password"
          spellCheck={false}
          disabled={forgets}
          placeholder={hasKey ? t('devices.keyKept') : undefined}
        />
      </Form.Item>
      {hasKey && (
        <Form.Item name="forgets_key" valuePropName="checked">
          <Checkbox>{t('devices.keyForget')}</Checkbox>
        </Form.Item>
      )}
    </>
  );
}
