/** Which scheme to show: the reader's choice, or the system's. Kept per browser for the sign-in page. */
import { useSyncExternalStore } from 'react';
import type { ThemePreference } from '@/api/types';
import { cssVariables, type Scheme } from './tokens';

const KEY = 'parking.theme';
const listeners = new Set<() => void>();

function stored(): ThemePreference {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

let preference: ThemePreference = stored();

function systemQuery(query: string): MediaQueryList {
  return window.matchMedia(query);
}

function subscribeTo(query: string) {
  return (listener: () => void) => {
    const list = systemQuery(query);
    list.addEventListener('change', listener);
    listeners.add(listener);
    return () => {
      list.removeEventListener('change', listener);
      listeners.delete(listener);
    };
  };
}

const DARK = '(prefers-color-scheme: dark)';
const STILL = '(prefers-reduced-motion: reduce)';
const subscribeScheme = subscribeTo(DARK);
const subscribeMotion = subscribeTo(STILL);

export function currentScheme(): Scheme {
  if (preference !== 'system') return preference;
  return systemQuery(DARK).matches ? 'dark' : 'light';
}

/** Writes the tokens onto the document, where our style sheets read them. */
export function paint(scheme: Scheme): void {
  const root = document.documentElement;
  root.dataset.theme = scheme;
  root.style.colorScheme = scheme;
  for (const [name, value] of Object.entries(cssVariables(scheme))) {
    root.style.setProperty(name, value);
  }
}

export function setThemePreference(next: ThemePreference): void {
  preference = next;
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Storage refused: the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribeScheme, currentScheme);
}

export function useThemePreference(): ThemePreference {
  return useSyncExternalStore(subscribeScheme, () => preference);
}

export function useIsMotionReduced(): boolean {
  return useSyncExternalStore(subscribeMotion, () => systemQuery(STILL).matches);
}
