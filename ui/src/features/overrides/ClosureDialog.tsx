import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { PlaceFields, type PlaceValues } from './PlaceFields';
import { useCreateClosure, useEndClosure } from './queries';
import { WindowFields, type WindowValues, windowOf } from './WindowFields';

type Values = PlaceValues & WindowValues & { name: string };

/** Closes bays of a site together for a while. */
export function ClosureDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateClosure();
  const end = useEndClosure();
  const [form] = Form.useForm<Values>();
  const siteId = Form.useWatch('site_id', form);
  const site = useQuery(siteQuery(useTenantId(), siteId ?? '')).data?.site;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'site_id', 'level_id', 'zone_id', 'kind', 'reason', 'notes', 'ends_at'],
    send: ({ name, site_id, level_id, zone_id, ...rest }: Values) => {
      const window = windowOf(rest, site?.timezone);
      return create.mutateAsync({
        name,
        site_id,
        ...(level_id ? { level_id } : {}),
        ...(zone_id ? { zone_id } : {}),
        ...window,
        ends_at: window.ends_at ?? '',
      });
    },
    onDone: ({ id, name, spaces }) => {
      onClose();
      toast.undoable(t('closures.created', { name, count: spaces }), () => end.mutateAsync(id));
    },
  });
  return (
    <Modal
      open
      title={t('closures.create')}
      onCancel={onClose}
      okText={t('closures.submit')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'closure',
        // Without the site's time zone its hours mean nothing.
        disabled: siteId !== undefined && !site,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="closure"
        layout="vertical"
        initialValues={{ kind: 'blocked' }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
        >
          <Input autoFocus autoComplete="off" maxLength={100} />
        </Form.Item>
        <PlaceFields siteId={siteId} />
        <WindowFields siteName={site?.name} zone={site?.timezone} isEndRequired />
      </Form>
    </Modal>
  );
}
