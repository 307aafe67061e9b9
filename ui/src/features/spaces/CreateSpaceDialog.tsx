import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useCreateSpace } from './queries';
import { CodeFields, SiteField, TraitFields } from './SpaceFields';
import { type SpaceValues, traitFields, traitsOf, usualTraits } from './values';

type Values = SpaceValues & { site_id: string };
type Props = {
  isOpen: boolean;
  siteId: string | undefined;
  isSiteFixed: boolean;
  onClose: () => void;
};

export function CreateSpaceDialog({ isOpen, siteId, isSiteFixed, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateSpace();
  const [form] = Form.useForm<Values>();
  const chosen = Form.useWatch('site_id', form) ?? siteId;
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['site_id', 'code', 'name', ...traitFields],
    send: ({ site_id, code, name, ...traits }: Values) =>
      create.mutateAsync({ ...traitsOf(traits), site_id, code, name: name?.trim() || null }),
    onDone: ({ code }) => {
      toast.done(t('spaces.created', { code }));
      onClose();
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('spaces.createOne')}
      onCancel={onClose}
      okText={t('spaces.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'bay' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="bay"
        layout="vertical"
        initialValues={{ ...usualTraits, site_id: siteId }}
        onFinish={submit}
      >
        <SiteField isFixed={isSiteFixed} />
        <CodeFields />
        <TraitFields siteId={chosen} />
      </Form>
    </Modal>
  );
}
