import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { paths } from '@/app/paths';
import { useSessionActions } from '@/app/session/useSession';
import { PasswordFields } from '@/components/PasswordFields';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { useHashToken } from './hashToken';

type Values = { password: string; repeated: string; tenant_slug?: string };

/** The letter's link: the mailbox is proven, now the password is chosen and the tenant made. */
export default function CompleteRegistrationPage() {
  const { t } = useTranslation();
  const token = useHashToken();
  const navigate = useNavigate();
  const { adopt } = useSessionActions();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['password', 'tenant_slug'],
    send: ({ password, tenant_slug }: Values) =>
      answer(
        api.POST('/api/auth/register/complete', {
          body: { token, password, cookie: true, ...(tenant_slug ? { tenant_slug } : {}) },
        }),
      ),
    onDone: (session) => {
      adopt(session);
      void navigate(paths.home(), { replace: true });
    },
  });
  // The short name wished for was taken in the meantime: only then is there one to choose.
  const isSlugTaken = error !== null && asProblem(error).code === 'slug_taken';

  return (
    <AuthLayout
      title={t('completeRegistration.title')}
      intro={t('completeRegistration.intro')}
      foot={<Link to={paths.login()}>{t('login.back')}</Link>}
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
            name="complete-registration"
            layout="vertical"
            requiredMark={false}
            size="large"
            onFinish={submit}
          >
            <PasswordFields name="password" />
            {isSlugTaken && (
              <Form.Item
                name="tenant_slug"
                label={t('tenants.slug')}
                extra={t('completeRegistration.slugHint')}
                rules={[{ required: true, message: t('tenants.slugRequired') }]}
              >
                <Input autoComplete="off" autoCapitalize="none" spellCheck={false} />
              </Form.Item>
            )}
            <Button type="primary" htmlType="submit" block loading={isSending}>
              {t('completeRegistration.submit')}
            </Button>
          </Form>
        </>
      )}
    </AuthLayout>
  );
}
