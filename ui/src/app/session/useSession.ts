import { useMemo, useSyncExternalStore } from 'react';
import { answer, api } from '@/api/client';
import { type SessionState, sessionStore } from '@/api/session';
import type { Session } from '@/api/types';

export function useSessionState(): SessionState {
  return useSyncExternalStore(sessionStore.subscribe, sessionStore.get);
}

/** The signed-in session; only under RequireSession. */
export function useSession(): Session {
  const state = useSessionState();
  if (state.status !== 'signed_in') throw new Error('useSession outside of a session');
  return state.session;
}

export function useTenantId(): string {
  return useSession().tenant.id;
}

/** What changes who is signed in or for which tenant. The store tells everybody else. */
export function useSessionActions() {
  return useMemo(
    () => ({
      adopt: sessionStore.adopt,
      signOut: async () => {
        try {
          await api.POST('/api/auth/logout');
        } finally {
          // Even when the server cannot be reached, this browser must forget.
          sessionStore.end('signed_out');
        }
      },
      signOutEverywhere: async () => {
        await api.POST('/api/auth/logout-everywhere');
        sessionStore.end('signed_out');
      },
      switchTenant: async (body: { tenant_id: string; reason?: string; minutes?: number }) => {
        sessionStore.adopt(await answer(api.POST('/api/auth/switch-tenant', { body })));
      },
      switchBack: async () => {
        sessionStore.adopt(await answer(api.POST('/api/auth/switch-back')));
      },
    }),
    [],
  );
}
