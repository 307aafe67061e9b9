import { Outlet } from 'react-router';
import { ForbiddenPage } from '../pages/ForbiddenPage';
import { type Permission, useCan } from './permissions';

/** Spares the reader a page that could only fail; the server decides all the same. */
export function RequirePermission({ permission }: { permission: Permission }) {
  return useCan(permission) ? <Outlet /> : <ForbiddenPage permission={permission} />;
}
