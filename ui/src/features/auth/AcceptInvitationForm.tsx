import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { InvitationPreview, Session } from '@/api/types';
import { PasswordFields } from '@/components/PasswordFields';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import styles from './AuthLayout.module.css';

type Values = { name?: string; password: string; repeated?: string };
type Props = {
  token: string;
  preview: InvitationPreview;
  onAccepted: (session: Session) => void;
};

/** A new colleague chooses name and password; somebody known proves who they are. */
export function AcceptInvitationForm({ token, preview, onAccepted }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const isKnown = preview.account_exists;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'password'],
    send: ({ name, password }: Values) =>
      answer(
        api.POST('/api/auth/invitations/accept', {
          body: { token, password, cookie: true, ...(isKnown ? {} : { name }) },
        }),
      ),
    onDone: onAccepted,
  });

  return (
    <>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        noValidate
        name="accept"
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={submit}
      >
        {/* Lets a password manager file the new password under the right account. */}
        <input type="hidden" autoComplete="username" value={preview.email} readOnly />
        {isKnown ? (
          <Form.Item
            name="password"
            label={t('fields.password')}
            extra={t('acceptInvitation.knownHint')}
            rules={[{ required: true, message: t('fields.passwordRequired') }]}
          >
            <Input.Password autoComplete="current-password" />
          </Form.Item>
        ) : (
          <>
            <Form.Item
              name="name"
              label={t('fields.name')}
              rules={[{ required: true, message: t('fields.nameRequired') }]}
            >
              <Input autoComplete="name" />
            </Form.Item>
            <PasswordFields name="password" />
          </>
        )}
        <Button type="primary" htmlType="submit" block loading={isSending}>
          {t('acceptInvitation.submit')}
        </Button>
      </Form>
    </>
  );
}
