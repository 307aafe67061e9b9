import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { paths } from '@/app/paths';
import { deviceTitle } from '@/components/devices';
import { EuiField } from '@/components/EuiField';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { AppKeyField, IdentityFields, MoreFields } from './DeviceFields';
import styles from './devices.module.css';
import { useCreateDevice } from './queries';
import { type DraftValues, deviceFields, draftOf } from './values';

export function CreateDeviceDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const create = useCreateDevice();
  const [form] = Form.useForm<DraftValues>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['dev_eui', ...deviceFields],
    send: (values: DraftValues) => create.mutateAsync(draftOf(values)),
    onDone: (device) => {
      toast.done(t('devices.created', { name: deviceTitle(device) }));
      void navigate(paths.device(device.id));
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('devices.create')}
      onCancel={onClose}
      okText={t('devices.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'device' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form form={form} name="device" layout="vertical" onFinish={submit}>
        <EuiField name="dev_eui" label="DevEUI" extra={t('devices.euiHint')} autoFocus />
        <IdentityFields />
        <AppKeyField />
        <details className={styles.more}>
          <summary>{t('devices.moreFields')}</summary>
          <MoreFields />
        </details>
      </Form>
    </Modal>
  );
}
