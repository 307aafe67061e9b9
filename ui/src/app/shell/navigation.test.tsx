import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { destinations } from './navigation';

const paths = (permissions: string[]) =>
  destinations({ permissions }, i18next.t).map(({ path }) => path);

describe('the navigation', () => {
  it('offers only what is permitted', () => {
    expect(paths(['tenant:read', 'profile:read'])).toEqual(['/']);
    expect(paths(['sites:read', 'spaces:read'])).toEqual(['/', '/operations', '/sites', '/bays']);
    expect(paths(['reservations:read'])).toEqual(['/', '/reservations', '/settings/reservations']);
    expect(paths(['people:manage'])).toEqual(['/', '/settings/personal-data']);
    expect(paths(['alarms:read', 'alarms:manage'])).toEqual(['/', '/alarms', '/settings/alarms']);
    expect(paths(['devices:read'])).toEqual(['/', '/devices', '/gateways', '/chirpstack']);
    expect(paths(['spaces:override'])).toEqual(['/', '/overrides']);
    expect(paths(['telemetry:read'])).toEqual(['/', '/messages']);
    expect(paths(['displays:read'])).toEqual(['/', '/downlinks', '/settings/lamps']);
    expect(paths(['imports:manage'])).toEqual(['/', '/imports']);
    expect(paths(['users:read', 'audit:read'])).toEqual(['/', '/users', '/audit-log']);
    expect(paths(['api_keys:manage', 'webhook_secrets:manage', 'tenant:update'])).toEqual([
      '/',
      '/api-keys',
      '/webhook-credentials',
      '/settings',
    ]);
    expect(paths(['webhooks:manage'])).toEqual(['/', '/webhooks']);
    expect(paths(['tenants:read'])).toEqual(['/', '/tenants', '/device-pool', '/tenant-usage']);
  });
});
