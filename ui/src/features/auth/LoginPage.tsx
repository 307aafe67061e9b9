import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { answer, api } from '@/api/client';
import { apiIndexQuery } from '@/api/installation';
import { paths } from '@/app/paths';
import { useSessionActions } from '@/app/session/useSession';
import { EmailField } from '@/components/EmailField';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';

type Values = { email: string; password: string };

/** Why the visitor is here, when something sent them. */
function useNotice(): { type: 'info' | 'success'; text: string } | null {
  const { t } = useTranslation();
  const state: unknown = useLocation().state;
  if (typeof state !== 'object' || state === null || !('reason' in state)) return null;
  switch (state.reason) {
    case 'ended':
      return { type: 'info', text: t('login.sessionEnded') };
    case 'signed_out':
      return { type: 'success', text: t('login.signedOut') };
    case 'password_reset':
      return { type: 'success', text: t('login.passwordReset') };
    default:
      return null;
  }
}

export default function LoginPage() {
  const { t } = useTranslation();
  const { adopt } = useSessionActions();
  const notice = useNotice();
  const index = useQuery(apiIndexQuery);
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['email', 'password'],
    send: ({ email, password }: Values) =>
      answer(
        api.POST('/api/auth/login', { body: { email: email.trim(), password, cookie: true } }),
      ),
    onDone: adopt,
  });

  return (
    <AuthLayout
      title={t('login.title')}
      intro={t('login.intro')}
      foot={
        <>
          <Link to={paths.forgotPassword()}>{t('login.forgot')}</Link>
          {index.data?.registration_enabled && (
            <Link to={paths.register()}>{t('login.register')}</Link>
          )}
        </>
      }
    >
      {notice && !error && (
        <Alert className={styles.alert} type={notice.type} showIcon title={notice.text} />
      )}
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        noValidate
        name="login"
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={submit}
      >
        <EmailField autoComplete="username" />
        <Form.Item
          name="password"
          label={t('fields.password')}
          rules={[{ required: true, message: t('fields.passwordRequired') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={isSending}>
          {t('login.submit')}
        </Button>
      </Form>
    </AuthLayout>
  );
}
