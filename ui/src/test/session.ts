import { sessionStore } from '@/api/session';
import type { Session } from '@/api/types';

export const TENANT_ID = 'tenant';

const session = {
  access_token: 'token',
  expires_in: 3600,
  tenant: { id: TENANT_ID },
} as Session;

/** `beforeEach(signedIn)`: somebody is signed in, and is not any more afterwards. */
export function signedIn(): () => void {
  sessionStore.adopt(session);
  return () => sessionStore.end('signed_out');
}
