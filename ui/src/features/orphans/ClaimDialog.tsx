import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Orphan } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { BayOfModel } from '@/components/BayOfModel';
import { Eui } from '@/components/Eui';
import { Fact, Facts } from '@/components/Facts';
import { FormProblem } from '@/components/FormProblem';
import { Signal } from '@/components/Health';
import { ModelPicker } from '@/components/ModelPicker';
import { Age } from '@/components/Moment';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './orphans.module.css';
import { useClaim } from './queries';
import { Guess, Payload } from './useOrphanColumns';

type Values = {
  model?: string;
  name?: string;
  site_id?: string;
  space_id?: string;
  reason?: string;
};

/** Makes a device of an orphan: what it is, what it is called and, if it is known, where it serves. */
export function ClaimDialog({ orphan, onClose }: { orphan: Orphan; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const tenantId = useTenantId();
  const claim = useClaim();
  const [form] = Form.useForm<Values>();
  const guess = orphan.guessed_model ?? undefined;
  const model = Form.useWatch('model', form) ?? guess;
  const spaceId = Form.useWatch('space_id', form);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['model', 'name', 'space_id', 'reason'],
    send: (values: Values) =>
      claim.mutateAsync({
        id: orphan.id,
        model: values.model ?? null,
        name: values.name?.trim() || null,
        space_id: values.space_id ?? null,
        reason: values.reason?.trim() || null,
      }),
    onDone: (device) => {
      onClose();
      toast.done(t('orphans.claimed', { eui: device.dev_eui }));
      void navigate(paths.device(device.id));
    },
  });
  return (
    <Modal
      open
      title={t('orphans.claimTitle')}
      onCancel={onClose}
      okText={spaceId ? t('orphans.claimAssign') : t('orphans.claimSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'claim' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <div className={styles.facts}>
        <Facts>
          <Fact label="DevEUI">
            <Eui eui={orphan.dev_eui} what="DevEUI" />
          </Fact>
          <Fact label={t('devices.lastHeard')}>
            <Age at={orphan.last_seen_at} />
          </Fact>
          <Fact label={t('devices.signal')}>
            <Signal rssi={orphan.last_rssi} snr={orphan.last_snr} />
            {orphan.last_gateway_eui && (
              <span className={styles.second}>
                {t('orphans.bestGateway', { gateway: orphan.last_gateway_eui })}
              </span>
            )}
          </Fact>
          <Fact label={t('orphans.guess')}>
            <Guess slug={orphan.guessed_model} />
          </Fact>
          <Fact label={t('orphans.payload')}>
            <Payload orphan={orphan} />
          </Fact>
        </Facts>
      </div>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="claim"
        layout="vertical"
        initialValues={guess ? { model: guess } : {}}
        onFinish={submit}
        onValuesChange={(changed: Partial<Values>) => {
          if ('model' in changed) form.setFieldsValue({ space_id: undefined });
        }}
      >
        <Form.Item
          name="model"
          label={t('devices.model')}
          extra={guess ? t('orphans.guessHint') : t('devices.modelHint')}
        >
          <ModelPicker tenantId={tenantId} {...(guess ? {} : { allowClear: true })} />
        </Form.Item>
        <Form.Item name="name" label={t('fields.name')} extra={t('devices.nameHint')}>
          <Input autoComplete="off" maxLength={255} />
        </Form.Item>
        <BayOfModel tenantId={tenantId} {...(model ? { modelId: model } : {})} />
        {spaceId && (
          <Form.Item name="reason" label={t('devices.reason')}>
            <Input maxLength={255} autoComplete="off" />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
