import { describe, expect, it } from 'vitest';
import { grantableRoles, memberRefusal } from './grants';

const viewer = { permissions: ['tenant:read'] };
const admin = { permissions: ['users:read', 'users:manage'] };
const owner = { permissions: ['users:read', 'users:manage', 'owners:manage'] };

describe('who may give which role', () => {
  it('nobody gives a role above their own', () => {
    expect(grantableRoles(viewer)).toEqual([]);
    expect(grantableRoles(admin)).toEqual(['viewer', 'operator', 'admin']);
    expect(grantableRoles(owner)).toContain('owner');
  });

  it('only owners change owners', () => {
    expect(memberRefusal(viewer, 'viewer')).toBe('notAllowed');
    expect(memberRefusal(admin, 'owner')).toBe('isOwner');
    expect(memberRefusal(admin, 'admin')).toBeNull();
    expect(memberRefusal(owner, 'owner')).toBeNull();
  });
});
