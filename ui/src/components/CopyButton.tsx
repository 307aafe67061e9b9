import { App, Button, type ButtonProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './clipboard';
import { CheckOutlined, CopyOutlined } from './icons';

type Props = {
  text: string;
  /** What is copied, for the button's name: "Copy request id". */
  label: string;
  size?: ButtonProps['size'];
  type?: ButtonProps['type'];
  showLabel?: boolean;
};

export function CopyButton({ text, label, size = 'small', type = 'text', showLabel }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isCopied, setIsCopied] = useState(false);

  async function copy() {
    if (await copyText(text)) {
      setIsCopied(true);
      void message.success(t('common.copied'));
      setTimeout(() => setIsCopied(false), 2500);
    } else {
      void message.error(t('common.copyFailed'));
    }
  }

  return (
    <Button
      size={size}
      type={type}
      icon={isCopied ? <CheckOutlined /> : <CopyOutlined />}
      onClick={() => void copy()}
      aria-label={showLabel ? undefined : label}
      title={showLabel ? undefined : label}
    >
      {showLabel ? label : null}
    </Button>
  );
}
