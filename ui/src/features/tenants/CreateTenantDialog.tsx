import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal, Select } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language, Tenant, Tier } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { EmailField } from '@/components/EmailField';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTierName } from '@/components/tiers';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { languageNames, languages } from '@/i18n';
import { tiersQuery, useCreateTenant } from './queries';
import styles from './tenants.module.css';

type Values = {
  name: string;
  slug?: string;
  tier: Tier;
  owner_email?: string;
  language: Language;
};
type Props = { isOpen: boolean; onClose: () => void; onCreated: (tenant: Tenant) => void };

export function CreateTenantDialog({ isOpen, onClose, onCreated }: Props) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const tierName = useTierName();
  const toast = useToast();
  const tiers = useQuery(tiersQuery(useTenantId()));
  const create = useCreateTenant();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['name', 'slug', 'tier', 'owner_email', 'language'],
    send: ({ slug, owner_email, ...values }: Values) =>
      create.mutateAsync({
        ...values,
        ...(slug?.trim() ? { slug: slug.trim() } : {}),
        ...(owner_email?.trim() ? { owner_email: owner_email.trim() } : {}),
      }),
    onDone: (tenant) => {
      toast.done(t('tenants.createdToast', { name: tenant.name }));
      onClose();
      onCreated(tenant);
    },
  });
  // Opened by its address, the dialog is there before the tiers are.
  const firstTier = tiers.data?.tiers[0]?.tier;
  useEffect(() => {
    if (isOpen && firstTier && !form.getFieldValue('tier')) form.setFieldValue('tier', firstTier);
  }, [isOpen, firstTier, form]);

  return (
    <Modal
      open={isOpen}
      title={t('tenants.create')}
      onCancel={onClose}
      okText={t('tenants.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'tenant' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        name="tenant"
        layout="vertical"
        initialValues={{ language: i18n.language, tier: firstTier }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="off" autoFocus />
        </Form.Item>
        <Form.Item name="slug" label={t('tenants.slug')} extra={t('tenants.slugHint')}>
          <Input autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="tier"
          label={t('tenants.tier')}
          rules={[{ required: true, message: t('tenants.tierRequired') }]}
        >
          <Select
            loading={tiers.isPending}
            options={(tiers.data?.tiers ?? []).map(({ tier, limits }) => ({
              value: tier,
              label: tierName(tier),
              text: t('tenants.tierText', {
                users: formats.number(limits.users),
                sites: formats.number(limits.sites),
                spaces: formats.number(limits.spaces),
              }),
            }))}
            optionRender={({ label, data }) => (
              <span className={styles.option}>
                {label}
                <span>{data.text}</span>
              </span>
            )}
          />
        </Form.Item>
        <EmailField
          name="owner_email"
          label={t('tenants.owner')}
          extra={t('tenants.ownerHint')}
          isOptional
          autoComplete="off"
        />
        {/* There is always one; without `required` it would be marked as optional. */}
        <Form.Item name="language" label={t('tenants.mailLanguage')} required>
          <Select options={languages.map((value) => ({ value, label: languageNames[value] }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
