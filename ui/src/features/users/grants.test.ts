import { describe, expect, it } from 'vitest';
import { grantableRoles, memberRefusal } from './grants';

const viewer = { role: 'viewer', permissions: ['tenant:read'] };
const admin = { role: 'admin', permissions: ['users:read', 'users:manage'] };
const owner = { role: 'owner', permissions: ['users:read', 'users:manage'] };
const platform = { role: 'platform_admin', permissions: ['users:read', 'users:manage'] };

describe('who may give which role', () => {
  it('nobody gives a role above their own', () => {
    expect(grantableRoles(viewer)).toEqual([]);
    expect(grantableRoles(admin)).toEqual(['viewer', 'operator', 'admin']);
    expect(grantableRoles(owner)).toEqual(['viewer', 'operator', 'admin', 'owner']);
    expect(grantableRoles(platform)).toContain('owner');
    expect(grantableRoles({ ...owner, role: 'unheard_of' })).toEqual([]);
  });

  it('nobody changes somebody above them', () => {
    expect(memberRefusal(viewer, 'viewer')).toBe('notAllowed');
    expect(memberRefusal(admin, 'owner')).toBe('aboveOwn');
    expect(memberRefusal(owner, 'platform_admin')).toBe('aboveOwn');
    expect(memberRefusal(admin, 'admin')).toBeNull();
    expect(memberRefusal(owner, 'owner')).toBeNull();
    expect(memberRefusal(platform, 'platform_admin')).toBeNull();
  });
});
