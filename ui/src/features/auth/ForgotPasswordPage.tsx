import { Alert, Button, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '@/api/client';
import { paths } from '@/app/paths';
import { EmailField } from '@/components/EmailField';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { MailNotice } from './MailNotice';

type Values = { email: string };

export default function ForgotPasswordPage() {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['email'],
    send: async ({ email }: Values) => {
      await api.POST('/api/auth/forgot-password', { body: { email: email.trim() } });
      return email.trim();
    },
    onDone: setSentTo,
  });

  return (
    <AuthLayout
      title={t('forgotPassword.title')}
      intro={t('forgotPassword.intro')}
      foot={<Link to={paths.login()}>{t('login.back')}</Link>}
    >
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      {sentTo ? (
        <Alert
          type="success"
          showIcon
          title={t('forgotPassword.sentTitle')}
          description={t('forgotPassword.sentText', { email: sentTo })}
        />
      ) : (
        <>
          <MailNotice />
          <Form
            form={form}
            noValidate
            name="forgot"
            layout="vertical"
            requiredMark={false}
            size="large"
            onFinish={submit}
          >
            <EmailField autoComplete="username" />
            <Button type="primary" htmlType="submit" block loading={isSending}>
              {t('forgotPassword.submit')}
            </Button>
          </Form>
        </>
      )}
    </AuthLayout>
  );
}
