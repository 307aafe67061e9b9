import { Suspense } from 'react';
import { Navigate, Outlet, useLocation, useSearchParams } from 'react-router';
import { sessionStore } from '@/api/session';
import { Splash } from '../pages/Splash';
import { UnreachablePage } from '../pages/UnreachablePage';
import { paths, safeReturnPath } from '../paths';
import { AppShell } from '../shell/AppShell';
import { useSessionState } from './useSession';

/** Everything behind the sign-in. Remembers where a visitor wanted to go. */
export function RequireSession() {
  const state = useSessionState();
  const { pathname, search } = useLocation();
  switch (state.status) {
    case 'starting':
      return <Splash />;
    case 'unreachable':
      return <UnreachablePage problem={state.problem} onRetry={() => void sessionStore.start()} />;
    case 'anonymous': {
      const next = state.reason === 'signed_out' ? undefined : pathname + search;
      return <Navigate to={paths.login({ next })} replace state={{ reason: state.reason }} />;
    }
    case 'signed_in':
      // Keyed by tenant: no page keeps the state it had for another one.
      return (
        <Suspense key={state.session.tenant.id} fallback={<Splash />}>
          <AppShell />
        </Suspense>
      );
  }
}

/** Pages that make no sense once signed in; they send on to where the visitor was going. */
export function AnonymousOnly() {
  const state = useSessionState();
  const [params] = useSearchParams();
  if (state.status === 'starting') return <Splash />;
  if (state.status === 'signed_in')
    return <Navigate to={safeReturnPath(params.get('next'))} replace />;
  return (
    <Suspense fallback={<Splash />}>
      <Outlet />
    </Suspense>
  );
}

/** Links from mails work whether or not somebody is signed in. */
export function SessionIndifferent() {
  return (
    <Suspense fallback={<Splash />}>
      <Outlet />
    </Suspense>
  );
}
