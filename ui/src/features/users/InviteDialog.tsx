import { Form, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Language, Role } from '@/api/types';
import { useLimits, useMe } from '@/app/session/me';
import { EmailField } from '@/components/EmailField';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { UsageMeter } from '@/components/UsageMeter';
import { useSubmit } from '@/components/useSubmit';
import { languageNames, languages } from '@/i18n';
import { grantableRoles } from './grants';
import { useInvite } from './queries';
import styles from './users.module.css';

type Values = { email: string; role: Role; language: Language };
type Props = { isOpen: boolean; onClose: () => void };

export function InviteDialog({ isOpen, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const toast = useToast();
  const me = useMe();
  const limits = useLimits();
  const invite = useInvite();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['email', 'role', 'language'],
    send: (values: Values) => invite.mutateAsync({ ...values, email: values.email.trim() }),
    onDone: ({ email }) => {
      toast.done(t('invitations.created', { email }));
      onClose();
    },
  });
  const seats = limits.data?.resources.find(({ resource }) => resource === 'users');

  return (
    <Modal
      open={isOpen}
      title={t('invitations.inviteTitle', { tenant: me.tenant.name })}
      onCancel={onClose}
      okText={t('invitations.send')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'invite' }}
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
        name="invite"
        layout="vertical"
        requiredMark={false}
        initialValues={{ role: 'operator', language: i18n.language }}
        onFinish={submit}
      >
        <EmailField autoComplete="off" autoFocus />
        <Form.Item name="role" label={t('fields.role')}>
          <Select
            options={grantableRoles(me).map((role) => ({
              value: role,
              label: t(`roles.${role}.name`),
              text: t(`roles.${role}.text`),
            }))}
            optionRender={({ label, data }) => (
              <span className={styles.roleOption}>
                {label}
                <span>{data.text}</span>
              </span>
            )}
          />
        </Form.Item>
        <Form.Item name="language" label={t('invitations.mailLanguage')}>
          <Select
            options={languages.map((language) => ({
              value: language,
              label: languageNames[language],
            }))}
          />
        </Form.Item>
      </Form>
      {seats && (
        <UsageMeter
          label={t('usage.resources.users')}
          used={seats.used}
          max={seats.max}
          isNearLimit={seats.near_limit}
        />
      )}
    </Modal>
  );
}
