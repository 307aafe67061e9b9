import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** A password chosen anew, typed twice. How strong it must be is the server's to say. */
export function PasswordFields({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name={name}
        label={t('fields.newPassword')}
        extra={t('fields.passwordHint')}
        rules={[{ required: true, message: t('fields.passwordRequired') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="repeated"
        label={t('fields.repeatPassword')}
        dependencies={[name]}
        rules={[
          { required: true, message: t('fields.passwordRequired') },
          ({ getFieldValue }) => ({
            validator: (_rule, value: unknown) =>
              !value || value === getFieldValue(name)
                ? Promise.resolve()
                : Promise.reject(new Error(t('fields.passwordsDiffer'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
