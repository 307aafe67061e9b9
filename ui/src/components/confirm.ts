import { App } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { useProblemText } from './problemText';

type Question = {
  title: string;
  text: ReactNode;
  /** The verb on the button: "Revoke key", never "OK". */
  verb: string;
  isDestructive?: boolean;
  action: () => Promise<unknown>;
};

/** Asks before something that cannot be taken back lightly; the dialog stays until it is done. */
export function useConfirm(): (question: Question) => void {
  const { modal, message } = App.useApp();
  const { t } = useTranslation();
  const problemText = useProblemText();
  return ({ title, text, verb, isDestructive = true, action }) => {
    modal.confirm({
      title,
      content: text,
      okText: verb,
      okButtonProps: { danger: isDestructive },
      cancelText: t('common.cancel'),
      focusable: { autoFocusButton: 'cancel', focusTriggerAfterClose: true },
      onOk: async () => {
        try {
          await action();
        } catch (error) {
          const problem = asProblem(error);
          void message.error({
            content: `${problemText(problem)} (${problem.requestId ?? problem.code})`,
            duration: 8,
          });
        }
      },
    });
  };
}
