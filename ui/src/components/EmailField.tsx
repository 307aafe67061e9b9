import { Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Something on both sides of one @; whether it is an address the server takes, the server says. */
const LOOKS_LIKE_EMAIL = /^\s*[^\s@]+@[^\s@]+\s*$/;

type Props = {
  name?: string;
  label?: string;
  extra?: ReactNode;
  isOptional?: boolean;
  /** `username` where the address signs somebody in. */
  autoComplete: 'username' | 'off';
  autoFocus?: boolean;
};

/**
 * An e-mail address, with our words about it. The browser's own would be in the browser's language,
 * so the form has `noValidate`, or a dialog's button `formNoValidate`.
 */
export function EmailField({
  name = 'email',
  label,
  extra,
  isOptional = false,
  autoComplete,
  autoFocus,
}: Props) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label ?? t('fields.email')}
      extra={extra}
      // Half an address is not wrong while it is being typed, only once one has left it.
      validateTrigger={['onChange', 'onBlur']}
      rules={[
        {
          required: !isOptional,
          message: t('fields.emailRequired'),
          validateTrigger: 'onChange',
        },
        {
          pattern: LOOKS_LIKE_EMAIL,
          message: t('fields.emailWrong'),
          validateTrigger: 'onBlur',
        },
      ]}
    >
      <Input
        type="email"
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus}
      />
    </Form.Item>
  );
}
