import { matchRoutes } from 'react-router';
import { describe, expect, it } from 'vitest';
import { paths, safeReturnPath } from './paths';
import { routes } from './routes';

const all: Record<keyof typeof paths, string> = {
  home: paths.home(),
  login: paths.login({ next: '/users?q=a b' }),
  register: paths.register(),
  completeRegistration: paths.completeRegistration(),
  forgotPassword: paths.forgotPassword(),
  resetPassword: paths.resetPassword(),
  verifyEmail: paths.verifyEmail(),
  acceptInvitation: paths.acceptInvitation(),
  ticket: paths.ticket(),
  operations: paths.operations({ site: 'a', view: 'plan', kiosk: true }),
  sites: paths.sites({ create: true }),
  site: paths.site('a/b'),
  siteLevels: paths.siteLevels('a/b'),
  siteSpaces: paths.siteSpaces('a/b', { state: 'free' }),
  sitePlan: paths.sitePlan('a/b', { level: 'c' }),
  planEditor: paths.planEditor('a/b', 'c/d'),
  siteMap: paths.siteMap(),
  labels: paths.labels({ site: 'a', level: 'b' }),
  bayLabel: paths.bayLabel('a/b'),
  spaces: paths.spaces({ create: 'many' }),
  alarms: paths.alarms({ kind: 'stuck', severity: 'info', which: 'waiting' }),
  alarmsOf: paths.alarmsOf({ gateway: 'a/b' }),
  reservations: paths.reservations({ bay: 'a/b', reservation: 'c' }),
  calendar: paths.calendar({ site: 'a/b', date: '2026-11-22', view: 'week' }),
  freeTimes: paths.freeTimes({ site: 'a', date: '2026-11-22' }),
  seriesList: paths.seriesList({ site: 'a/b' }),
  series: paths.series('a/b'),
  waitlist: paths.waitlist({ site: 'a/b' }),
  calendarFeeds: paths.calendarFeeds({ create: true }),
  newReservation: paths.newReservation({ site: 'a', bay: 'b', from: '2026-11-22T09:00:00Z' }),
  reservationTerms: paths.reservationTerms({ site: 'a/b' }),
  people: paths.people(),
  alarmRules: paths.alarmRules(),
  displayPolicies: paths.displayPolicies({ policy: 'a/b' }),
  overrides: paths.overrides({ closure: 'a/b' }),
  closures: paths.closures(),
  bay: paths.bay('a/b'),
  messages: paths.messages({ device: 'a', message: 'b' }),
  devices: paths.devices({ attention: 'low_battery', sort: 'name' }),
  onboarding: paths.onboarding(),
  orphans: paths.orphans(),
  deviceModels: paths.deviceModels({ model: 'a/b' }),
  device: paths.device('a/b', { edit: true }),
  deviceHealth: paths.deviceHealth('a/b'),
  deviceHistory: paths.deviceHistory('a/b'),
  gateways: paths.gateways({ create: true }),
  gateway: paths.gateway('a/b'),
  downlinks: paths.downlinks({ device: 'a', status: 'failed' }),
  chirpStack: paths.chirpStack(),
  devicePool: paths.devicePool(),
  imports: paths.imports({ into: 'devices', site: 'a/b' }),
  import: paths.import('a/b'),
  users: paths.users(),
  invitations: paths.invitations({ invite: true }),
  apiKeys: paths.apiKeys({ create: true }),
  webhookSecrets: paths.webhookSecrets(),
  webhooks: paths.webhooks(),
  webhook: paths.webhook('a/b'),
  auditLog: paths.auditLog({ entityType: 'membership', entityId: 'id' }),
  tenants: paths.tenants({ status: 'suspended' }),
  tenant: paths.tenant('a/b'),
  platformUsage: paths.platformUsage(),
  settings: paths.settings(),
  profile: paths.profile(),
  sessions: paths.sessions(),
};

describe('paths', () => {
  it('are as they were: people have bookmarks and mails have links', () => {
    expect(all).toMatchInlineSnapshot(`
      {
        "acceptInvitation": "/accept-invitation",
        "alarmRules": "/settings/alarms",
        "alarms": "/alarms?kind=stuck&severity=info&acknowledged=false&muted=false",
        "alarmsOf": "/alarms?status=all&gateway_id=a%2Fb",
        "apiKeys": "/api-keys?create=1",
        "auditLog": "/audit-log?entity_type=membership&entity_id=id",
        "bay": "/bays?bay=a%2Fb",
        "bayLabel": "/b/a%2Fb",
        "calendar": "/reservations/calendar?site_id=a%2Fb&date=2026-11-22&view=week",
        "calendarFeeds": "/reservations/calendar-links?create=1",
        "chirpStack": "/chirpstack",
        "closures": "/overrides/closures",
        "completeRegistration": "/complete-registration",
        "device": "/devices/a%2Fb?edit=1",
        "deviceHealth": "/devices/a%2Fb/health",
        "deviceHistory": "/devices/a%2Fb/history",
        "deviceModels": "/devices/models?model=a%2Fb",
        "devicePool": "/device-pool",
        "devices": "/devices?attention=low_battery&sort=name",
        "displayPolicies": "/settings/lamps?policy=a%2Fb",
        "downlinks": "/downlinks?device_id=a&status=failed",
        "forgotPassword": "/forgot-password",
        "freeTimes": "/reservations/free?site_id=a&date=2026-11-22",
        "gateway": "/gateways?gateway=a%2Fb",
        "gateways": "/gateways?create=1",
        "home": "/",
        "import": "/imports/a%2Fb",
        "imports": "/imports?into=devices&site=a%2Fb",
        "invitations": "/users/invitations?invite=1",
        "labels": "/labels?site_id=a&level_id=b",
        "login": "/login?next=%2Fusers%3Fq%3Da%20b",
        "messages": "/messages?device_id=a&message=b",
        "newReservation": "/reservations/new?site_id=a&space_id=b&from=2026-11-22T09%3A00%3A00Z",
        "onboarding": "/devices/onboard",
        "operations": "/operations?site_id=a&view=plan&kiosk=1",
        "orphans": "/devices/unclaimed",
        "overrides": "/overrides?closure_id=a%2Fb",
        "people": "/settings/personal-data",
        "planEditor": "/sites/a%2Fb/levels/c%2Fd/plan",
        "platformUsage": "/tenant-usage",
        "profile": "/profile",
        "register": "/register",
        "reservationTerms": "/settings/reservations?site_id=a%2Fb",
        "reservations": "/reservations?space_id=a%2Fb&reservation=c",
        "resetPassword": "/reset-password",
        "series": "/reservations/series/a%2Fb",
        "seriesList": "/reservations/series?site_id=a%2Fb",
        "sessions": "/sessions",
        "settings": "/settings",
        "site": "/sites/a%2Fb",
        "siteLevels": "/sites/a%2Fb/levels",
        "siteMap": "/sites/map",
        "sitePlan": "/sites/a%2Fb/plan?level=c",
        "siteSpaces": "/sites/a%2Fb/bays?state=free",
        "sites": "/sites?create=1",
        "spaces": "/bays?create=many",
        "tenant": "/tenants/a%2Fb",
        "tenants": "/tenants?status=suspended",
        "ticket": "/ticket",
        "users": "/users",
        "verifyEmail": "/verify-email",
        "waitlist": "/reservations/waitlist?site_id=a%2Fb",
        "webhook": "/webhooks/a%2Fb",
        "webhookSecrets": "/webhook-credentials",
        "webhooks": "/webhooks",
      }
    `);
  });

  it.each(Object.entries(all))('%s leads to a page', (_name, path) => {
    const matches = matchRoutes(routes, path);
    expect(matches?.at(-1)?.route.path).not.toBe('*');
    expect(matches).not.toBeNull();
  });

  it('none collides with the addresses of the server', () => {
    for (const path of Object.values(all)) {
      expect(path).not.toMatch(/^\/(api|ws|health|metrics|docs|openapi\.json|version)([/?#]|$)/);
    }
  });
});

describe('the way back after signing in', () => {
  it.each([
    ['/users?page=2', '/users?page=2'],
    [null, '/'],
    ['', '/'],
    ['https://evil.example', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('%s leads to %s', (next, path) => {
    expect(safeReturnPath(next)).toBe(path);
  });
});
