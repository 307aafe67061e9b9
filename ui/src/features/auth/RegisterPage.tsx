import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import type { Language } from '@/api/types';
import { paths } from '@/app/paths';
import { useSessionActions } from '@/app/session/useSession';
import { NewPasswordFields } from '@/components/NewPasswordFields';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { apiIndexQuery } from './queries';

type Values = {
  name: string;
  email: string;
  tenant_name: string;
  password: string;
  repeated: string;
};

export default function RegisterPage() {
  const { t, i18n } = useTranslation();
  const { adopt } = useSessionActions();
  const index = useQuery(apiIndexQuery);
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'email', 'tenant_name', 'password'],
    send: ({ name, email, tenant_name, password }: Values) =>
      answer(
        api.POST('/api/auth/register', {
          body: {
            name,
            email: email.trim(),
            tenant_name,
            password,
            language: i18n.language as Language,
            cookie: true,
          },
        }),
      ),
    onDone: adopt,
  });
  const isClosed = index.data?.registration_enabled === false;

  return (
    <AuthLayout
      title={t('register.title')}
      intro={t('register.intro')}
      foot={<Link to={paths.login()}>{t('login.back')}</Link>}
    >
      {isClosed && (
        <Alert
          type="info"
          showIcon
          title={t('register.closed')}
          description={t('register.closedText')}
        />
      )}
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      {!isClosed && (
        <Form
          form={form}
          name="register"
          layout="vertical"
          requiredMark={false}
          size="large"
          onFinish={submit}
        >
          <Form.Item
            name="tenant_name"
            label={t('register.tenantName')}
            extra={t('register.tenantHint')}
            rules={[{ required: true, message: t('register.tenantRequired') }]}
          >
            <Input autoComplete="organization" />
          </Form.Item>
          <Form.Item
            name="name"
            label={t('fields.name')}
            rules={[{ required: true, message: t('fields.nameRequired') }]}
          >
            <Input autoComplete="name" />
          </Form.Item>
          <Form.Item
            name="email"
            label={t('fields.email')}
            rules={[{ required: true, message: t('fields.emailRequired') }]}
          >
            <Input type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} />
          </Form.Item>
          <NewPasswordFields name="password" />
          <Button type="primary" htmlType="submit" block loading={isSending}>
            {t('register.submit')}
          </Button>
        </Form>
      )}
    </AuthLayout>
  );
}
