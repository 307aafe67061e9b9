import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Device } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { BayOfModel } from '@/components/BayOfModel';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { AppKeyField, IdentityFields } from './DeviceFields';
import styles from './devices.module.css';
import { useOnboard } from './queries';

export type OnboardValues = {
  model?: string;
  name?: string;
  app_key?: string;
  site_id?: string;
  space_id?: string;
  reason?: string;
};

type Props = {
  code: string;
  usual: Partial<OnboardValues>;
  onMade: (device: Device, values: OnboardValues) => void;
  onCancel: () => void;
};

/** What the label does not say: what it is, what it is called, where it goes. */
export function OnboardForm({ code, usual, onMade, onCancel }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const tenantId = useTenantId();
  const onboard = useOnboard();
  const [form] = Form.useForm<OnboardValues>();
  const model = Form.useWatch('model', form) ?? usual.model;
  const spaceId = Form.useWatch('space_id', form);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['model', 'name', 'app_key', 'space_id', 'reason'],
    send: async (values: OnboardValues) => {
      const { device } = await onboard.mutateAsync({
        code,
        model: values.model ?? null,
        name: values.name?.trim() || null,
        space_id: values.space_id ?? null,
        reason: values.reason?.trim() || null,
        ...(values.app_key?.trim() ? { app_key: values.app_key } : {}),
      });
      return { device, values };
    },
    onDone: ({ device, values }) => {
      if (!device) return;
      toast.done(t('devices.created', { name: deviceTitle(device) }));
      onMade(device, values);
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="onboard"
        layout="vertical"
        initialValues={usual}
        onFinish={submit}
        onValuesChange={(changed: Partial<OnboardValues>) => {
          // Another kind of device serves other bays.
          if ('model' in changed) form.setFieldsValue({ space_id: undefined });
        }}
      >
        <IdentityFields />
        <AppKeyField />
        <BayOfModel tenantId={tenantId} {...(model ? { modelId: model } : {})} />
        {spaceId && (
          <Form.Item name="reason" label={t('devices.reason')}>
            <Input maxLength={255} autoComplete="off" />
          </Form.Item>
        )}
        <div className={styles.buttons}>
          <Button type="primary" htmlType="submit" loading={isSending}>
            {spaceId ? t('onboard.submitAssign') : t('onboard.submit')}
          </Button>
          <Button onClick={onCancel}>{t('onboard.another')}</Button>
        </div>
      </Form>
    </>
  );
}
