import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, InputNumber, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { modelChoicesQuery } from '@/api/devices';
import type { DeviceModel } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { spaceStateNames, useBayWords } from '@/components/bays';
import { useEvery } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { ModelPicker } from '@/components/ModelPicker';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './models.module.css';
import { modelQuery, useChangeModel, useCreateModel } from './queries';
import { changeOf, draftOf, type ModelValues, modelFields, valuesOf } from './values';

type Props = {
  /** Which model is edited; `new` for one that is to be; null while closed. */
  modelId: string | null;
  onClose: () => void;
};

/** A model of the tenant's own: one of the catalogue under another name, or with other habits. */
export function ModelForm({ modelId, onClose }: Props) {
  const { t } = useTranslation();
  const isNew = modelId === 'new';
  const known = useQuery(modelQuery(useTenantId(), isNew ? '' : (modelId ?? '')));
  const model = known.data?.model;
  return (
    <Drawer
      open={modelId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={isNew ? t('models.create') : t('models.editTitle', { name: model?.name ?? '…' })}
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="model" formNoValidate>
            {isNew ? t('models.createSubmit') : t('common.save')}
          </Button>
        </div>
      }
    >
      {isNew && <Fields model={null} etag={null} onClose={onClose} />}
      {!isNew && known.isLoading && <Skeleton active />}
      {!isNew && known.error && !model && <ProblemAlert error={known.error} />}
      {!isNew && model && modelId && (
        <Fields model={model} etag={known.data?.etag ?? null} onClose={onClose} />
      )}
    </Drawer>
  );
}

type FieldsProps = { model: DeviceModel | null; etag: string | null; onClose: () => void };

function Fields({ model, etag, onClose }: FieldsProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateModel();
  const change = useChangeModel();
  const [form] = Form.useForm<ModelValues>();
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: modelFields,
    send: (values: ModelValues) =>
      model
        ? change.mutateAsync({ id: model.id, etag, body: changeOf(model, values) })
        : create.mutateAsync(draftOf(values)),
    onDone: ({ vendor, name }) => {
      const called = `${vendor} ${name}`;
      toast.done(
        model ? t('models.saved', { name: called }) : t('models.created', { name: called }),
      );
      onClose();
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="model"
        layout="vertical"
        noValidate
        initialValues={model ? valuesOf(model) : {}}
        onFinish={submit}
      >
        <BaseField isFixed={model !== null} />
        <Form.Item
          name="vendor"
          label={t('models.vendor')}
          rules={[{ required: true, whitespace: true, message: t('models.vendorRequired') }]}
        >
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
        <Habits />
        <Form.Item name="notes" label={t('spaces.notes')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
        </Form.Item>
      </Form>
    </>
  );
}

/** Which model of the catalogue it is, underneath; that cannot change later. */
function BaseField({ isFixed }: { isFixed: boolean }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  return (
    <Form.Item
      name="based_on"
      label={t('models.basedOn')}
      extra={isFixed ? t('models.basedOnFixed') : t('models.basedOnHint')}
      rules={[{ required: true, message: t('models.basedOnRequired') }]}
    >
      {isFixed ? (
        <Input readOnly variant="filled" />
      ) : (
        <ModelPicker tenantId={tenantId} isOffered={({ is_own }) => !is_own} />
      )}
    </Form.Item>
  );
}

/** How often it speaks and, for a lamp, what it is told; as the catalogue says where it is empty. */
function Habits() {
  const { t } = useTranslation();
  const every = useEvery();
  const words = useBayWords();
  const seconds: number | null | undefined = Form.useWatch('heartbeat_seconds');
  const basedOn: string | undefined = Form.useWatch('based_on');
  const models = useQuery(modelChoicesQuery(useTenantId()));
  const base = models.data?.models.find(({ id }) => id === basedOn);
  return (
    <>
      <Form.Item
        name="heartbeat_seconds"
        label={t('devices.heartbeat')}
        extra={seconds ? every(seconds) : t('models.heartbeatHint')}
      >
        <InputNumber
          min={10}
          max={2_592_000}
          precision={0}
          controls={false}
          suffix={t('devices.seconds')}
          placeholder={base?.heartbeat_seconds ? String(base.heartbeat_seconds) : undefined}
          className={styles.number}
        />
      </Form.Item>
      {base?.is_display && (
        <fieldset className={styles.group}>
          <legend>{t('models.lampCodes')}</legend>
          <p className={styles.hint}>{t('models.lampCodesHint')}</p>
          {spaceStateNames.map((state) => (
            <Form.Item
              key={state}
              name={['lamp_codes', state]}
              label={words.state(state)}
              validateTrigger="onBlur"
              rules={[{ pattern: /^(\s*[0-9a-f]{2})*\s*$/i, message: t('models.lampCodeWrong') }]}
            >
              <Input
                autoComplete="off"
                spellCheck={false}
                maxLength={128}
                placeholder={base.lamp_codes?.[state] ?? undefined}
              />
            </Form.Item>
          ))}
        </fieldset>
      )}
    </>
  );
}
