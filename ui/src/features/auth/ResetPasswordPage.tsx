import { Alert, Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { api } from '@/api/client';
import { sessionStore } from '@/api/session';
import { paths } from '@/app/paths';
import { PasswordFields } from '@/components/PasswordFields';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { useHashToken } from './hashToken';

type Values = { new_password: string; repeated: string };

export default function ResetPasswordPage() {
  const { t } = useTranslation();
  const token = useHashToken();
  const navigate = useNavigate();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['new_password'],
    send: ({ new_password }: Values) =>
      api.POST('/api/auth/reset-password', { body: { token, new_password } }),
    onDone: () => {
      // The server has ended every session of this account, this browser's included.
      if (sessionStore.get().status === 'signed_in') sessionStore.end('signed_out');
      void navigate(paths.login(), { replace: true, state: { reason: 'password_reset' } });
    },
  });

  return (
    <AuthLayout
      title={t('resetPassword.title')}
      intro={t('resetPassword.intro')}
      foot={<Link to={paths.forgotPassword()}>{t('resetPassword.again')}</Link>}
    >
      {token === '' ? (
        <Alert
          type="warning"
          showIcon
          title={t('token.missing')}
          description={t('token.missingText')}
        />
      ) : (
        <>
          {error && (
            <div className={styles.alert}>
              <ProblemAlert error={error} shownFields={shownFields} />
            </div>
          )}
          <Form
            form={form}
            noValidate
            name="reset"
            layout="vertical"
            requiredMark={false}
            size="large"
            onFinish={submit}
          >
            <PasswordFields name="new_password" />
            <Button type="primary" htmlType="submit" block loading={isSending}>
              {t('resetPassword.submit')}
            </Button>
          </Form>
        </>
      )}
    </AuthLayout>
  );
}
