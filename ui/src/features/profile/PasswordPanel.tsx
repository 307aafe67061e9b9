import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Panel } from '@/components/Panel';
import { PasswordFields } from '@/components/PasswordFields';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './profile.module.css';
import { useChangePassword } from './queries';

type Values = { current_password: string; new_password: string; repeated: string };

export function PasswordPanel({ email }: { email: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangePassword();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['current_password', 'new_password'],
    send: ({ current_password, new_password }: Values) =>
      change.mutateAsync({ current_password, new_password }),
    onDone: () => {
      form.resetFields();
      toast.done(t('profile.passwordChanged'));
    },
  });
  return (
    <Panel title={t('profile.password')} intro={t('profile.passwordIntro')}>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        noValidate
        name="password"
        layout="vertical"
        requiredMark={false}
        onFinish={submit}
      >
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <Form.Item
          name="current_password"
          label={t('profile.currentPassword')}
          rules={[{ required: true, message: t('fields.passwordRequired') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <PasswordFields name="new_password" />
        <Button type="primary" htmlType="submit" loading={isSending}>
          {t('profile.changePassword')}
        </Button>
      </Form>
    </Panel>
  );
}
