import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '@/api/client';
import { apiIndexQuery } from '@/api/installation';
import type { Language } from '@/api/types';
import { paths } from '@/app/paths';
import { EmailField } from '@/components/EmailField';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { MailNotice } from './MailNotice';

type Values = { name: string; email: string; tenant_name: string };

/** No password yet: it is chosen by whoever proves that the mailbox is theirs. */
export default function RegisterPage() {
  const { t, i18n } = useTranslation();
  const index = useQuery(apiIndexQuery);
  const [form] = Form.useForm<Values>();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'email', 'tenant_name'],
    send: async ({ name, email, tenant_name }: Values) => {
      const body = { name, email: email.trim(), tenant_name, language: i18n.language as Language };
      await api.POST('/api/auth/register', { body });
      return body.email;
    },
    onDone: setSentTo,
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
      {sentTo && (
        <Alert
          type="success"
          showIcon
          title={t('register.sentTitle')}
          description={t('register.sentText', { email: sentTo })}
        />
      )}
      {!isClosed && !sentTo && (
        <>
          <MailNotice />
          <Form
            form={form}
            noValidate
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
            <EmailField autoComplete="username" />
            <Button type="primary" htmlType="submit" block loading={isSending}>
              {t('register.submit')}
            </Button>
          </Form>
        </>
      )}
    </AuthLayout>
  );
}
