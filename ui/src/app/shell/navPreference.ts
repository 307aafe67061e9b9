import { useState } from 'react';

const KEY = 'parking.nav';

/** Whether the side navigation is folded; this browser remembers. */
export function useIsNavCollapsed(): [boolean, (isCollapsed: boolean) => void] {
  const [isCollapsed, setIsCollapsed] = useState(() => {
    try {
      return localStorage.getItem(KEY) === 'collapsed';
    } catch {
      return false;
    }
  });
  return [
    isCollapsed,
    (next) => {
      setIsCollapsed(next);
      try {
        localStorage.setItem(KEY, next ? 'collapsed' : 'open');
      } catch {
        // Storage refused: the choice then lasts as long as the page.
      }
    },
  ];
}
