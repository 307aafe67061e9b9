import { describe, expect, it } from 'vitest';
import { reachOf, withReach, withSingle } from './scopes';

describe('the scopes of a key', () => {
  it('hold one reach per resource', () => {
    const scopes = withReach(withReach(['users:read'], 'spaces', 'read'), 'spaces', 'write');
    expect(scopes).toEqual(['users:read', 'spaces:write']);
    expect(reachOf(scopes, 'spaces')).toBe('write');
    expect(reachOf(scopes, 'sites')).toBe('none');
    expect(withReach(scopes, 'spaces', 'none')).toEqual(['users:read']);
  });

  it('hold a single scope at most once', () => {
    expect(withSingle(['admin:*'], 'admin:*', true)).toEqual(['admin:*']);
    expect(withSingle(['admin:*'], 'admin:*', false)).toEqual([]);
  });
});
