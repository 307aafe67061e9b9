/** A screen on a wall: all of it for the bays, and always awake. */
import { useCallback, useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { useIsKiosk } from '@/app/session/kiosk';

/** Something lies on top that Escape closes first. */
const isCovered = () =>
  document.querySelector(
    '[role="dialog"], .ant-select-dropdown:not(.ant-select-dropdown-hidden)',
  ) !== null;

export function useKiosk() {
  const isKiosk = useIsKiosk();
  const [, setParams] = useSearchParams();
  const set = useCallback(
    (isOn: boolean) =>
      setParams((current) => {
        const next = new URLSearchParams(current);
        if (isOn) next.set('kiosk', '1');
        else next.delete('kiosk');
        return next;
      }),
    [setParams],
  );

  const leave = useCallback(() => {
    // Browsers that show no page alone have nothing to leave.
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    set(false);
  }, [set]);

  const enter = useCallback(() => {
    set(true);
    void document.documentElement.requestFullscreen?.().catch(() => undefined);
  }, [set]);

  useEffect(() => {
    if (!isKiosk) return;
    let wasAlone = document.fullscreenElement !== null;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !isCovered()) leave();
    };
    // While a page is shown alone, the browser keeps Escape to itself.
    const onAlone = () => {
      const isAlone = document.fullscreenElement !== null;
      if (wasAlone && !isAlone) leave();
      wasAlone = isAlone;
    };
    // Before whatever is on top hears the key, and is gone by then.
    document.addEventListener('keydown', onKey, { capture: true });
    document.addEventListener('fullscreenchange', onAlone);
    return () => {
      document.removeEventListener('keydown', onKey, { capture: true });
      document.removeEventListener('fullscreenchange', onAlone);
    };
  }, [isKiosk, leave]);

  useAwake(isKiosk);
  return { isKiosk, enter, leave };
}

/** Keeps the screen from going dark, where the browser can; it lets go whenever the page is hidden. */
function useAwake(isOn: boolean) {
  useEffect(() => {
    if (!isOn || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const ask = async () => {
      if (document.visibilityState === 'hidden') return;
      const held = await navigator.wakeLock.request('screen').catch(() => null);
      if (isOver) void held?.release().catch(() => undefined);
      else lock = held;
    };
    void ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release().catch(() => undefined);
    };
  }, [isOn]);
}
