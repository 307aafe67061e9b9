import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import {
  BulbOutlined,
  CalendarOutlined,
  EnvironmentOutlined,
  GlobalOutlined,
  LaptopOutlined,
  LogoutOutlined,
  PlusOutlined,
  QrcodeOutlined,
  ScanOutlined,
  UserOutlined,
} from '@/components/icons';
import { type Pick, PickDialog } from '@/components/PickDialog';
import { TenantMark } from '@/components/TenantMark';
import { languageNames, languages } from '@/i18n';
import { paths } from '../paths';
import { themes, useAppearance } from '../session/appearance';
import { useMe } from '../session/me';
import { can, type Permission } from '../session/permissions';
import { useSessionActions } from '../session/useSession';
import { destinations } from './navigation';
import { useTenantSwitch } from './TenantSwitcher';

export function CommandPalette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <PickDialog
      title={t('palette.title')}
      searchLabel={t('palette.search')}
      picks={usePicks()}
      isOpen={isOpen}
      onClose={onClose}
    />
  );
}

function usePicks(): Pick[] {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const switchTo = useTenantSwitch();
  const { chooseLanguage, chooseTheme } = useAppearance();
  const { signOut } = useSessionActions();
  const go = (path: string) => () => void navigate(path);

  const pages: Pick[] = [
    ...destinations(me, t),
    ...(can(me, 'sites:read')
      ? [{ path: paths.siteMap(), label: t('map.title'), icon: <EnvironmentOutlined /> }]
      : []),
    ...(can(me, 'spaces:read')
      ? [{ path: paths.labels(), label: t('labels.title'), icon: <QrcodeOutlined /> }]
      : []),
    ...(can(me, 'reservations:read')
      ? [
          { path: paths.calendar(), label: t('palette.calendar'), icon: <CalendarOutlined /> },
          { path: paths.freeTimes(), label: t('freeTimes.tab'), icon: <CalendarOutlined /> },
        ]
      : []),
    ...(can(me, 'devices:read')
      ? [
          { path: paths.orphans(), label: t('devices.unclaimedDevices'), icon: <ScanOutlined /> },
          { path: paths.deviceModels(), label: t('models.title'), icon: <ScanOutlined /> },
        ]
      : []),
    { path: paths.profile(), label: t('nav.profile'), icon: <UserOutlined /> },
    { path: paths.sessions(), label: t('nav.sessions'), icon: <LaptopOutlined /> },
  ].map(({ path, label, icon }) => ({
    key: path,
    label,
    icon,
    group: t('palette.pages'),
    onPick: go(path),
  }));

  // With the platform's tenant selected nothing of the estate can be made.
  const estate: { permission: Permission; label: string; path: string }[] =
    me.tenant.kind === 'platform'
      ? []
      : [
          {
            permission: 'sites:manage',
            label: t('palette.createSite'),
            path: paths.sites({ create: true }),
          },
          {
            permission: 'spaces:manage',
            label: t('palette.createSpaces'),
            path: paths.spaces({ create: 'many' }),
          },
          {
            permission: 'reservations:book',
            label: t('booking.begin'),
            path: paths.newReservation(),
          },
          {
            permission: 'devices:manage',
            label: t('palette.onboard'),
            path: paths.onboarding(),
          },
          {
            permission: 'devices:manage',
            label: t('palette.createDevice'),
            path: paths.devices({ create: true }),
          },
          {
            permission: 'devices:manage',
            label: t('palette.createGateway'),
            path: paths.gateways({ create: true }),
          },
        ];
  const creations: { permission: Permission; label: string; path: string }[] = [
    ...estate,
    {
      permission: 'users:manage',
      label: t('palette.invite'),
      path: paths.invitations({ invite: true }),
    },
    {
      permission: 'api_keys:manage',
      label: t('palette.createApiKey'),
      path: paths.apiKeys({ create: true }),
    },
    {
      permission: 'tenants:manage',
      label: t('palette.createTenant'),
      path: paths.tenants({ create: true }),
    },
  ];
  const actions: Pick[] = [
    ...creations
      .filter(({ permission }) => can(me, permission))
      .map(({ label, path }) => ({
        key: path,
        label,
        icon: <PlusOutlined />,
        group: t('palette.actions'),
        onPick: go(path),
      })),
    ...languages
      .filter((language) => language !== i18n.language)
      .map((language) => ({
        key: `language-${language}`,
        label: languageNames[language],
        keywords: t('appearance.language'),
        icon: <GlobalOutlined />,
        group: t('palette.actions'),
        onPick: () => void chooseLanguage(language),
      })),
    ...themes.map((theme) => ({
      key: `theme-${theme}`,
      label: t('palette.useTheme', { theme: t(`appearance.themes.${theme}`) }),
      icon: <BulbOutlined />,
      group: t('palette.actions'),
      onPick: () => void chooseTheme(theme),
    })),
    {
      key: 'sign-out',
      label: t('nav.signOut'),
      icon: <LogoutOutlined />,
      group: t('palette.actions'),
      onPick: () => void signOut().catch(() => undefined),
    },
  ];

  const tenants: Pick[] = me.tenants
    .filter(({ id }) => id !== me.tenant.id)
    .map((tenant) => ({
      key: tenant.id,
      label: tenant.name,
      keywords: tenant.slug,
      icon: <TenantMark id={tenant.id} name={tenant.name} />,
      group: t('palette.tenants'),
      onPick: () => void switchTo(tenant),
    }));

  return [...pages, ...actions, ...tenants];
}
