import { useLocation } from 'react-router';
import { paths } from '../paths';

/** Whether this is a screen on a wall: nobody navigates there. */
export function useIsKiosk(): boolean {
  const { pathname, search } = useLocation();
  return pathname === paths.operations() && new URLSearchParams(search).get('kiosk') === '1';
}
