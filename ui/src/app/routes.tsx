/** The only route table. Pages load when first visited. */
import { createBrowserRouter, type RouteObject } from 'react-router';
import { CrashPage } from './pages/CrashPage';
import { Splash } from './pages/Splash';
import type { Permission } from './session/permissions';
import { RequirePermission } from './session/RequirePermission';
import { AnonymousOnly, RequireSession, SessionIndifferent } from './session/RequireSession';

type PageModule = { default: React.ComponentType };

function page(path: string, load: () => Promise<PageModule>): RouteObject {
  return { path, lazy: async () => ({ Component: (await load()).default }) };
}

function guarded(permission: Permission, ...children: RouteObject[]): RouteObject {
  return { element: <RequirePermission permission={permission} />, children };
}

export const routes: RouteObject[] = [
  {
    errorElement: <CrashPage />,
    hydrateFallbackElement: <Splash />,
    children: [
      {
        element: <AnonymousOnly />,
        children: [
          page('/login', () => import('@/features/auth/LoginPage')),
          page('/register', () => import('@/features/auth/RegisterPage')),
          page('/forgot-password', () => import('@/features/auth/ForgotPasswordPage')),
        ],
      },
      {
        element: <SessionIndifferent />,
        children: [
          page('/reset-password', () => import('@/features/auth/ResetPasswordPage')),
          page('/complete-registration', () => import('@/features/auth/CompleteRegistrationPage')),
          page('/verify-email', () => import('@/features/auth/VerifyEmailPage')),
          page('/accept-invitation', () => import('@/features/auth/AcceptInvitationPage')),
          page('/ticket', () => import('@/features/tickets/TicketPage')),
        ],
      },
      {
        element: <RequireSession />,
        children: [
          {
            errorElement: <CrashPage isInShell />,
            children: [
              page('/', () => import('@/features/home/HomePage')),
              guarded(
                'sites:read',
                page('/sites', () => import('@/features/sites/SitesPage')),
                page('/sites/map', () => import('@/features/sites/SiteMapPage')),
                {
                  path: '/sites/:siteId',
                  lazy: async () => ({
                    Component: (await import('@/features/sites/SiteLayoutPage')).default,
                  }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({
                        Component: (await import('@/features/sites/SiteOverviewPage')).default,
                      }),
                    },
                    page('levels', () => import('@/features/sites/SiteLevelsPage')),
                    guarded(
                      'spaces:read',
                      page('bays', () => import('@/features/spaces/SiteSpacesPage')),
                      page('plan', () => import('@/features/spaces/SitePlanPage')),
                    ),
                  ],
                },
              ),
              guarded(
                'reservations:read',
                {
                  path: '/reservations',
                  lazy: async () => ({
                    Component: (await import('@/features/reservations/ReservationsLayoutPage'))
                      .default,
                  }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({
                        Component: (await import('@/features/reservations/ReservationsPage'))
                          .default,
                      }),
                    },
                    page('calendar', () => import('@/features/reservations/CalendarPage')),
                    page('free', () => import('@/features/reservations/FreeTimesPage')),
                    page('waitlist', () => import('@/features/reservations/WaitlistPage')),
                    page('series', () => import('@/features/reservations/SeriesListPage')),
                    page(
                      'calendar-links',
                      () => import('@/features/reservations/CalendarFeedsPage'),
                    ),
                  ],
                },
                page(
                  '/reservations/series/:seriesId',
                  () => import('@/features/reservations/SeriesPage'),
                ),
                page('/reservations/new', () => import('@/features/reservations/BookingPage')),
                page('/settings/reservations', () => import('@/features/reservations/TermsPage')),
              ),
              guarded(
                'people:manage',
                page('/settings/personal-data', () => import('@/features/people/PeoplePage')),
              ),
              guarded(
                'displays:read',
                page('/settings/lamps', () => import('@/features/display-policies/PoliciesPage')),
              ),
              guarded(
                'alarms:read',
                page('/alarms', () => import('@/features/alarms/AlarmsPage')),
                page('/settings/alarms', () => import('@/features/alarms/AlarmRulesPage')),
              ),
              guarded(
                'spaces:read',
                page('/operations', () => import('@/features/spaces/OperationsPage')),
                page('/bays', () => import('@/features/spaces/SpacesPage')),
                {
                  path: '/overrides',
                  lazy: async () => ({
                    Component: (await import('@/features/overrides/OverridesLayoutPage')).default,
                  }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({
                        Component: (await import('@/features/overrides/OverridesPage')).default,
                      }),
                    },
                    page('closures', () => import('@/features/overrides/ClosuresPage')),
                  ],
                },
                page('/b/:spaceId', () => import('@/features/spaces/BayPage')),
                page('/labels', () => import('@/features/spaces/LabelsPage')),
                page(
                  '/sites/:siteId/levels/:levelId/plan',
                  () => import('@/features/plans/PlanEditorPage'),
                ),
              ),
              guarded(
                'devices:read',
                {
                  path: '/devices',
                  lazy: async () => ({
                    Component: (await import('@/features/devices/DevicesLayoutPage')).default,
                  }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({
                        Component: (await import('@/features/devices/DevicesPage')).default,
                      }),
                    },
                    page('unclaimed', () => import('@/features/orphans/OrphansPage')),
                    page('models', () => import('@/features/models/ModelsPage')),
                  ],
                },
                page('/devices/onboard', () => import('@/features/devices/OnboardPage')),
                {
                  path: '/devices/:deviceId',
                  lazy: async () => ({
                    Component: (await import('@/features/devices/DeviceLayoutPage')).default,
                  }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({
                        Component: (await import('@/features/devices/DeviceIdentityPage')).default,
                      }),
                    },
                    page('health', () => import('@/features/devices/DeviceHealthPage')),
                    page('history', () => import('@/features/devices/DeviceHistoryPage')),
                  ],
                },
                page('/gateways', () => import('@/features/gateways/GatewaysPage')),
                page('/chirpstack', () => import('@/features/chirpstack/ChirpStackPage')),
              ),
              guarded(
                'displays:read',
                page('/downlinks', () => import('@/features/displays/DownlinksPage')),
              ),
              guarded(
                'telemetry:read',
                page('/messages', () => import('@/features/uplinks/UplinksPage')),
              ),
              guarded(
                'imports:manage',
                page('/imports', () => import('@/features/imports/ImportsPage')),
                page('/imports/:importId', () => import('@/features/imports/ImportPage')),
              ),
              guarded('users:read', {
                path: '/users',
                lazy: async () => ({
                  Component: (await import('@/features/users/UsersLayoutPage')).default,
                }),
                children: [
                  {
                    index: true,
                    lazy: async () => ({
                      Component: (await import('@/features/users/MembersPage')).default,
                    }),
                  },
                  page('invitations', () => import('@/features/users/InvitationsPage')),
                ],
              }),
              guarded(
                'api_keys:manage',
                page('/api-keys', () => import('@/features/api-keys/ApiKeysPage')),
              ),
              guarded(
                'webhook_secrets:manage',
                page(
                  '/webhook-credentials',
                  () => import('@/features/webhook-secrets/WebhookSecretsPage'),
                ),
              ),
              guarded(
                'webhooks:manage',
                page('/webhooks', () => import('@/features/webhooks/WebhooksPage')),
                page('/webhooks/:webhookId', () => import('@/features/webhooks/WebhookPage')),
              ),
              guarded(
                'audit:read',
                page('/audit-log', () => import('@/features/audit-log/AuditLogPage')),
              ),
              guarded(
                'tenants:read',
                page('/tenants', () => import('@/features/tenants/TenantsPage')),
                page('/tenant-usage', () => import('@/features/platform/PlatformUsagePage')),
                page('/tenants/:tenantId', () => import('@/features/tenants/TenantPage')),
                page('/device-pool', () => import('@/features/devices/PoolPage')),
              ),
              guarded(
                'tenant:read',
                page('/settings', () => import('@/features/tenant-settings/TenantSettingsPage')),
              ),
              page('/profile', () => import('@/features/profile/ProfilePage')),
              page('/sessions', () => import('@/features/sessions/SessionsPage')),
              page('*', () => import('./pages/NotFoundPage')),
            ],
          },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
