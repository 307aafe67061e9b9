function withQuery(path: string, values: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Every address of the UI, typed; paths.test.ts holds a snapshot of them. */
export const paths = {
  home: () => '/',
  login: (options?: { next?: string }) =>
    options?.next && options.next !== '/'
      ? `/login?next=${encodeURIComponent(options.next)}`
      : '/login',
  register: () => '/register',
  completeRegistration: () => '/complete-registration',
  forgotPassword: () => '/forgot-password',
  resetPassword: () => '/reset-password',
  verifyEmail: () => '/verify-email',
  acceptInvitation: () => '/accept-invitation',
  /** What a guest was given leads here, with its secret behind `#`. */
  ticket: () => '/ticket',
  /** `kiosk` for a screen on a wall: nothing but the bays. */
  operations: (options?: { site?: string; view?: 'plan'; bay?: string; kiosk?: boolean }) =>
    withQuery('/operations', {
      site_id: options?.site,
      view: options?.view,
      bay: options?.bay,
      kiosk: options?.kiosk ? '1' : undefined,
    }),
  sites: (options?: { create?: boolean }) => (options?.create ? '/sites?create=1' : '/sites'),
  site: (siteId: string) => `/sites/${encodeURIComponent(siteId)}`,
  siteLevels: (siteId: string) => `/sites/${encodeURIComponent(siteId)}/levels`,
  siteSpaces: (siteId: string, options?: { state?: string; level?: string; bay?: string }) =>
    withQuery(`/sites/${encodeURIComponent(siteId)}/bays`, {
      state: options?.state,
      level_id: options?.level,
      bay: options?.bay,
    }),
  sitePlan: (siteId: string, options?: { level?: string; bay?: string }) =>
    withQuery(`/sites/${encodeURIComponent(siteId)}/plan`, { ...options }),
  planEditor: (siteId: string, levelId: string) =>
    `/sites/${encodeURIComponent(siteId)}/levels/${encodeURIComponent(levelId)}/plan`,
  siteMap: () => '/sites/map',
  labels: (options?: { site?: string; level?: string }) =>
    withQuery('/labels', { site_id: options?.site, level_id: options?.level }),
  /** What the code on a printed label holds; short, and for as long as the label sticks. */
  bayLabel: (spaceId: string) => `/b/${encodeURIComponent(spaceId)}`,
  spaces: (options?: { create?: 'one' | 'many'; state?: string }) =>
    options?.create
      ? `/bays?create=${options.create}`
      : options?.state
        ? `/bays?state=${encodeURIComponent(options.state)}`
        : '/bays',
  /** `open` are all that are, `waiting` those that nobody sees to and no outage explains. */
  alarms: (options?: {
    alarm?: string;
    kind?: string;
    severity?: string;
    which?: 'open' | 'waiting';
  }) =>
    withQuery('/alarms', {
      alarm: options?.alarm,
      kind: options?.kind,
      severity: options?.severity,
      ...(options?.which === 'open' && { explained: 'true' }),
      ...(options?.which === 'waiting' && { acknowledged: 'false', muted: 'false' }),
    }),
  /** Everything that ever was wrong with one thing. */
  alarmsOf: (of: { device?: string; gateway?: string; bay?: string }) =>
    withQuery('/alarms', {
      status: 'all',
      device_id: of.device,
      gateway_id: of.gateway,
      space_id: of.bay,
    }),
  reservations: (options?: { bay?: string; reservation?: string }) =>
    withQuery('/reservations', {
      space_id: options?.bay,
      reservation: options?.reservation,
    }),
  /** Bays and time; `date` as the site writes it, `2026-11-21`. */
  calendar: (options?: {
    site?: string;
    date?: string;
    view?: 'week';
    q?: string;
    reservation?: string;
  }) =>
    withQuery('/reservations/calendar', {
      site_id: options?.site,
      date: options?.date,
      view: options?.view,
      q: options?.q,
      reservation: options?.reservation,
    }),
  freeTimes: (options?: { site?: string; date?: string }) =>
    withQuery('/reservations/free', { site_id: options?.site, date: options?.date }),
  /** Reservations that repeat. */
  seriesList: (options?: { site?: string }) =>
    withQuery('/reservations/series', { site_id: options?.site }),
  series: (seriesId: string) => `/reservations/series/${encodeURIComponent(seriesId)}`,
  /** Who waits for a bay, or is offered one. */
  waitlist: (options?: { site?: string }) =>
    withQuery('/reservations/waitlist', { site_id: options?.site }),
  /** Secret links by which calendars elsewhere read reservations. */
  calendarFeeds: (options?: { create?: boolean }) =>
    withQuery('/reservations/calendar-links', { create: options?.create ? '1' : undefined }),
  /** With what is known already; the rest is asked for there. */
  newReservation: (begun?: { site?: string; bay?: string; from?: string; until?: string }) =>
    withQuery('/reservations/new', {
      site_id: begun?.site,
      space_id: begun?.bay,
      from: begun?.from,
      until: begun?.until,
    }),
  /** On which terms one reserves at a site, or wherever a site has none of its own. */
  reservationTerms: (options?: { site?: string }) =>
    withQuery('/settings/reservations', { site_id: options?.site }),
  /** What is held of persons whose bays are reserved. */
  people: () => '/settings/personal-data',
  alarmRules: () => '/settings/alarms',
  displayPolicies: (options?: { policy?: string }) =>
    withQuery('/settings/lamps', { policy: options?.policy }),
  /** What takes bays out of use, or those of it that belong to one closure. */
  overrides: (options?: { closure?: string }) =>
    withQuery('/overrides', { closure_id: options?.closure }),
  closures: () => '/overrides/closures',
  bay: (spaceId: string) => `/bays?bay=${encodeURIComponent(spaceId)}`,
  devices: (options?: { create?: boolean; attention?: string; sort?: string }) =>
    withQuery('/devices', {
      create: options?.create ? '1' : undefined,
      attention: options?.attention,
      sort: options?.sort,
    }),
  onboarding: () => '/devices/onboard',
  orphans: () => '/devices/unclaimed',
  deviceModels: (options?: { model?: string }) =>
    options?.model
      ? `/devices/models?model=${encodeURIComponent(options.model)}`
      : '/devices/models',
  device: (deviceId: string, options?: { edit?: boolean }) =>
    `/devices/${encodeURIComponent(deviceId)}${options?.edit ? '?edit=1' : ''}`,
  deviceHealth: (deviceId: string) => `/devices/${encodeURIComponent(deviceId)}/health`,
  deviceHistory: (deviceId: string) => `/devices/${encodeURIComponent(deviceId)}/history`,
  gateways: (options?: { create?: boolean; status?: string }) =>
    withQuery('/gateways', { create: options?.create ? '1' : undefined, status: options?.status }),
  gateway: (gatewayId: string) => `/gateways?gateway=${encodeURIComponent(gatewayId)}`,
  chirpStack: () => '/chirpstack',
  /** Commands to displays, of everything or of one thing. */
  downlinks: (of?: { device?: string; bay?: string; status?: string; downlink?: string }) =>
    withQuery('/downlinks', {
      device_id: of?.device,
      space_id: of?.bay,
      status: of?.status,
      downlink: of?.downlink,
    }),
  /** What the radio says, of everything or of one thing. */
  messages: (of?: { device?: string; bay?: string; message?: string; to?: string }) =>
    withQuery('/messages', {
      device_id: of?.device,
      space_id: of?.bay,
      message: of?.message,
      to: of?.to,
    }),
  devicePool: () => '/device-pool',
  imports: (options?: { into: 'spaces' | 'devices'; site?: string }) => {
    if (!options) return '/imports';
    const query = new URLSearchParams({ into: options.into });
    if (options.site) query.set('site', options.site);
    return `/imports?${query}`;
  },
  import: (importId: string) => `/imports/${encodeURIComponent(importId)}`,
  users: () => '/users',
  invitations: (options?: { invite?: boolean }) =>
    options?.invite ? '/users/invitations?invite=1' : '/users/invitations',
  apiKeys: (options?: { create?: boolean | 'ingest' }) =>
    withQuery('/api-keys', {
      create: options?.create === true ? '1' : options?.create || undefined,
    }),
  webhookSecrets: () => '/webhook-credentials',
  webhooks: () => '/webhooks',
  webhook: (webhookId: string) => `/webhooks/${encodeURIComponent(webhookId)}`,
  auditLog: (options?: { entityType?: string; entityId?: string }) => {
    const query = new URLSearchParams();
    if (options?.entityType) query.set('entity_type', options.entityType);
    if (options?.entityId) query.set('entity_id', options.entityId);
    const text = query.toString();
    return text ? `/audit-log?${text}` : '/audit-log';
  },
  tenants: (options?: { create?: boolean; status?: string }) =>
    options?.create
      ? '/tenants?create=1'
      : options?.status
        ? `/tenants?status=${encodeURIComponent(options.status)}`
        : '/tenants',
  platformUsage: () => '/tenant-usage',
  tenant: (tenantId: string) => `/tenants/${encodeURIComponent(tenantId)}`,
  settings: () => '/settings',
  profile: () => '/profile',
  sessions: () => '/sessions',
} as const;

/** A return address is followed only within this application, never to another origin. */
export function safeReturnPath(next: string | null): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return paths.home();
  return next;
}
