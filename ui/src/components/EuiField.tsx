import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { readEui } from './eui';

type Props = {
  name: string;
  label: string;
  extra?: string;
  isOptional?: boolean;
  autoFocus?: boolean;
};

/** An EUI in any notation; says what is wrong once one has left it, and how it will be kept. */
export function EuiField({ name, label, extra, isOptional = false, autoFocus }: Props) {
  const { t } = useTranslation();
  const typed: string = Form.useWatch(name) ?? '';
  const read = readEui(typed);
  const isRewritten = 'eui' in read && read.eui !== typed.trim();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={isRewritten ? t('eui.keptAs', { eui: read.eui }) : extra}
      // Half an identifier is not wrong while it is being typed, nor is an empty one that is only passed.
      validateTrigger={['onChange', 'onBlur']}
      rules={[
        {
          required: !isOptional,
          whitespace: true,
          message: t('eui.faults.empty'),
          validateTrigger: 'onChange',
        },
        {
          validateTrigger: 'onBlur',
          validator: (_rule, text: string | undefined) => {
            const found = readEui(text ?? '');
            if ('eui' in found || !text?.trim()) return Promise.resolve();
            return Promise.reject(
              new Error(t(`eui.faults.${found.fault}`, { found: found.found })),
            );
          },
        },
      ]}
    >
      <Input
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        autoFocus={autoFocus}
        placeholder="0004A30B001C0530"
      />
    </Form.Item>
  );
}
