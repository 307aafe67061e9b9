import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import type { Me } from '@/api/types';
import {
  ApiOutlined,
  AuditOutlined,
  BarsOutlined,
  BellOutlined,
  BulbOutlined,
  CalendarOutlined,
  CarOutlined,
  CloudServerOutlined,
  ClusterOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  EnvironmentOutlined,
  FileTextOutlined,
  HomeOutlined,
  ImportOutlined,
  KeyOutlined,
  MessageOutlined,
  ScanOutlined,
  SendOutlined,
  SettingOutlined,
  SlidersOutlined,
  StopOutlined,
  TeamOutlined,
  UserOutlined,
  WifiOutlined,
} from '@/components/icons';
import { paths } from '../paths';
import { can, type Permission } from '../session/permissions';
import { AlarmBadge } from './AlarmBadge';

export type Destination = {
  path: string;
  label: string;
  icon: ReactNode;
  section: 'main' | 'tenant' | 'platform';
  /** What waits there, counted beside the words. */
  badge?: ReactNode;
};

type Entry = Omit<Destination, 'label'> & {
  label: (t: TFunction) => string;
  permission?: Permission;
};

const entries: Entry[] = [
  { path: paths.home(), label: (t) => t('nav.home'), icon: <HomeOutlined />, section: 'main' },
  {
    path: paths.operations(),
    label: (t) => t('nav.operations'),
    icon: <DashboardOutlined />,
    section: 'main',
    permission: 'spaces:read',
  },
  {
    path: paths.sites(),
    label: (t) => t('nav.sites'),
    icon: <EnvironmentOutlined />,
    section: 'main',
    permission: 'sites:read',
  },
  {
    path: paths.spaces(),
    label: (t) => t('nav.spaces'),
    icon: <CarOutlined />,
    section: 'main',
    permission: 'spaces:read',
  },
  {
    path: paths.reservations(),
    label: (t) => t('nav.reservations'),
    icon: <CalendarOutlined />,
    section: 'main',
    permission: 'reservations:read',
  },
  {
    path: paths.overrides(),
    label: (t) => t('nav.overrides'),
    icon: <StopOutlined />,
    section: 'main',
    permission: 'spaces:override',
  },
  {
    path: paths.alarms(),
    label: (t) => t('nav.alarms'),
    icon: <BellOutlined />,
    section: 'main',
    permission: 'alarms:read',
    badge: <AlarmBadge />,
  },
  {
    path: paths.devices(),
    label: (t) => t('nav.devices'),
    icon: <ScanOutlined />,
    section: 'main',
    permission: 'devices:read',
  },
  {
    path: paths.gateways(),
    label: (t) => t('nav.gateways'),
    icon: <WifiOutlined />,
    section: 'main',
    permission: 'devices:read',
  },
  {
    path: paths.chirpStack(),
    label: (t) => t('nav.chirpStack'),
    icon: <CloudServerOutlined />,
    section: 'main',
    permission: 'devices:read',
  },
  {
    path: paths.messages(),
    label: (t) => t('nav.messages'),
    icon: <MessageOutlined />,
    section: 'main',
    permission: 'telemetry:read',
  },
  {
    path: paths.downlinks(),
    label: (t) => t('nav.downlinks'),
    icon: <BulbOutlined />,
    section: 'main',
    permission: 'displays:read',
  },
  {
    path: paths.imports(),
    label: (t) => t('nav.imports'),
    icon: <ImportOutlined />,
    section: 'main',
    permission: 'imports:manage',
  },
  {
    path: paths.users(),
    label: (t) => t('nav.users'),
    icon: <TeamOutlined />,
    section: 'tenant',
    permission: 'users:read',
  },
  {
    path: paths.apiKeys(),
    label: (t) => t('nav.apiKeys'),
    icon: <KeyOutlined />,
    section: 'tenant',
    permission: 'api_keys:manage',
  },
  {
    path: paths.webhookSecrets(),
    label: (t) => t('nav.webhookSecrets'),
    icon: <ApiOutlined />,
    section: 'tenant',
    permission: 'webhook_secrets:manage',
  },
  {
    path: paths.webhooks(),
    label: (t) => t('nav.webhooks'),
    icon: <SendOutlined />,
    section: 'tenant',
    permission: 'webhooks:manage',
  },
  {
    path: paths.auditLog(),
    label: (t) => t('nav.auditLog'),
    icon: <AuditOutlined />,
    section: 'tenant',
    permission: 'audit:read',
  },
  {
    path: paths.reservationTerms(),
    label: (t) => t('nav.reservationTerms'),
    icon: <FileTextOutlined />,
    section: 'tenant',
    permission: 'reservations:read',
  },
  {
    path: paths.people(),
    label: (t) => t('nav.people'),
    icon: <UserOutlined />,
    section: 'tenant',
    permission: 'people:manage',
  },
  {
    path: paths.displayPolicies(),
    label: (t) => t('nav.displayPolicies'),
    icon: <BulbOutlined />,
    section: 'tenant',
    permission: 'displays:read',
  },
  {
    path: paths.alarmRules(),
    label: (t) => t('nav.alarmRules'),
    icon: <SlidersOutlined />,
    section: 'tenant',
    permission: 'alarms:manage',
  },
  {
    path: paths.settings(),
    label: (t) => t('nav.settings'),
    icon: <SettingOutlined />,
    section: 'tenant',
    permission: 'tenant:update',
  },
  {
    path: paths.tenants(),
    label: (t) => t('nav.tenants'),
    icon: <ClusterOutlined />,
    section: 'platform',
    permission: 'tenants:read',
  },
  {
    path: paths.devicePool(),
    label: (t) => t('nav.devicePool'),
    icon: <DatabaseOutlined />,
    section: 'platform',
    permission: 'tenants:read',
  },
  {
    path: paths.platformUsage(),
    label: (t) => t('nav.platformUsage'),
    icon: <BarsOutlined />,
    section: 'platform',
    permission: 'tenants:read',
  },
];

/** What this caller may visit; what is not permitted is not offered. */
export function destinations(me: Pick<Me, 'permissions'>, t: TFunction): Destination[] {
  return entries
    .filter(({ permission }) => permission === undefined || can(me, permission))
    .map(({ label, permission: _needed, ...rest }) => ({ ...rest, label: label(t) }));
}
