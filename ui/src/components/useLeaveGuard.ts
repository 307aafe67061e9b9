import { App } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';

type LeaveWords = { text: string; stay: string };

/**
 * Asks before one leaves what is not saved, by a link or by closing the window. `place` names the
 * parameter of the address that makes another place of the same page.
 */
export function useLeaveGuard(isUnsaved: boolean, { text, stay }: LeaveWords, place?: string) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isUnsaved && placeOf(currentLocation, place) !== placeOf(nextLocation, place),
  );

  // The router holds the way until the question is answered.
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    const question = modal.confirm({
      title: t('leave.title'),
      content: text,
      okText: t('leave.leave'),
      okButtonProps: { danger: true },
      cancelText: stay,
      focusable: { autoFocusButton: 'cancel' },
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    });
    return () => question.destroy();
  }, [blocker, modal, t, text, stay]);

  // Closing the window is the browser's to ask about.
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isUnsaved]);
}

type Address = { pathname: string; search: string };

/** Where on which page an address leads. */
export function placeOf({ pathname, search }: Address, parameter?: string): string {
  const part = parameter === undefined ? null : new URLSearchParams(search).get(parameter);
  return part === null ? pathname : `${pathname}#${part}`;
}
