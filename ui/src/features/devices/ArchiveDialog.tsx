import { Checkbox, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { Device } from '@/api/types';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useArchiveDevices, useRestoreDevices } from './queries';

/** To undo an archiving puts devices back to work one by one; beyond this it would take minutes. */
const REASSIGN_MAX = 20;

type Values = { force: boolean; reason?: string };
type Props = { devices: Device[]; onClose: () => void; onDone?: () => void };

/** Archives devices; those that serve bays only once one has said that the bays may lose them. */
export function ArchiveDialog({ devices, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const archive = useArchiveDevices();
  const restore = useRestoreDevices();
  const [form] = Form.useForm<Values>();
  const force = Form.useWatch('force', form) ?? false;
  const count = devices.length;
  const formatted = formats.number(count);
  const [first] = devices;
  const name = first ? deviceTitle(first) : '';
  const serving = devices.filter(({ space_id }) => space_id);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['reason'],
    send: (values: Values) =>
      archive.mutateAsync({
        ids: devices.map(({ id }) => id),
        force: values.force,
        reason: values.reason?.trim() || null,
      }),
    onDone: () => {
      onClose();
      onDone?.();
      const text =
        count === 1
          ? t('devices.archivedOne', { name })
          : t('devices.archivedMany', { count, formatted });
      const back =
        serving.length <= REASSIGN_MAX
          ? devices
          : devices.map((device) => ({ ...device, space_id: null }));
      toast.undoable(text, () => restore.mutateAsync(back));
    },
  });
  // Somebody may have assigned one since the list was read: then the refusal tells.
  const isServing = serving.length > 0 || (error !== null && asProblem(error).code === 'in_use');
  return (
    <Modal
      open
      title={
        count === 1
          ? t('devices.archiveTitle', { name })
          : t('devices.archiveManyTitle', { count, formatted })
      }
      onCancel={onClose}
      okText={t('devices.archive')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'archive',
        danger: true,
        disabled: isServing && !force,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <p>{t('devices.archiveText')}</p>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="archive"
        layout="vertical"
        initialValues={{ force: false }}
        onFinish={submit}
      >
        <Form.Item name="reason" label={t('devices.reason')}>
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
        <Form.Item name="force" valuePropName="checked" hidden={!isServing}>
          <Checkbox>
            {t('devices.archiveForce', {
              count: serving.length,
              formatted: formats.number(serving.length),
            })}
          </Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}
