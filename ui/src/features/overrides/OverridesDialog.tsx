import { useQuery } from '@tanstack/react-query';
import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { PlaceFields, type PlaceValues } from './PlaceFields';
import { useCreateOverrides, useEndOverrides } from './queries';
import { WindowFields, type WindowValues, windowOf } from './WindowFields';

type Values = PlaceValues & WindowValues;

/** Takes the bays of a site, level or zone out of use. */
export function OverridesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateOverrides();
  const end = useEndOverrides();
  const [form] = Form.useForm<Values>();
  const siteId = Form.useWatch('site_id', form);
  const site = useQuery(siteQuery(useTenantId(), siteId ?? '')).data?.site;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['site_id', 'level_id', 'zone_id', 'kind', 'reason', 'notes', 'starts_at', 'ends_at'],
    send: ({ site_id, level_id, zone_id, ...window }: Values) =>
      create.mutateAsync({
        target: {
          site_id,
          ...(level_id ? { level_id } : {}),
          ...(zone_id ? { zone_id } : {}),
        },
        ...windowOf(window, site?.timezone),
      }),
    onDone: ({ overrides, total }) => {
      onClose();
      toast.undoable(t('overrides.created', { count: total }), () =>
        end.mutateAsync(overrides.map(({ id }) => id)),
      );
    },
  });
  return (
    <Modal
      open
      title={t('overrides.create')}
      onCancel={onClose}
      okText={t('spaces.takeOut')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'overrides' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="overrides"
        layout="vertical"
        initialValues={{ kind: 'blocked' }}
        onFinish={submit}
      >
        <PlaceFields siteId={siteId} />
        <WindowFields siteName={site?.name} zone={site?.timezone} />
      </Form>
    </Modal>
  );
}
