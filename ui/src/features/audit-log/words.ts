import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';

/** Things the log speaks about; the list may be filtered by them. */
export const entityTypes = [
  'api_key',
  'audit_log',
  'invitation',
  'device',
  'device_model',
  'gateway',
  'level',
  'membership',
  'operation',
  'orphan',
  'registration',
  'session',
  'site',
  'space',
  'tenant',
  'user',
  'webhook',
  'webhook_secret',
  'zone',
] as const;
type EntityType = (typeof entityTypes)[number];

function isEntityType(type: string): type is EntityType {
  return entityTypes.some((known) => known === type);
}

/** What the log can say was done, as the server calls it. */
export const actions = [
  'login.succeeded',
  'login.failed',
  'access.refused',
  'session.ended',
  'session.tenant_switched',
  'session.tenant_refused',
  'user.created',
  'user.updated',
  'user.password_changed',
  'user.email_verified',
  'user.reset_link_sent',
  'membership.created',
  'membership.updated',
  'membership.removed',
  'invitation.created',
  'invitation.resent',
  'invitation.accepted',
  'invitation.revoked',
  'invitation.expired',
  'registration.requested',
  'api_key.created',
  'api_key.updated',
  'api_key.revoked',
  'webhook_secret.created',
  'webhook_secret.rotated',
  'webhook_secret.revoked',
  'webhook.created',
  'webhook.updated',
  'webhook.rotated',
  'webhook.enabled',
  'webhook.disabled',
  'webhook.deleted',
  'webhook.tested',
  'webhook.replayed',
  'tenant.created',
  'tenant.registered',
  'tenant.updated',
  'tenant.suspended',
  'tenant.activated',
  'tenant.deletion_scheduled',
  'tenant.deleted',
  'tenant.entered',
  'tenant.left',
  'tenant.exported',
  'site.created',
  'site.updated',
  'site.deleted',
  'site.restored',
  'level.created',
  'level.updated',
  'level.deleted',
  'level.plan_drawn',
  'level.plan_erased',
  'zone.created',
  'zone.updated',
  'zone.deleted',
  'space.created',
  'space.updated',
  'space.deleted',
  'space.restored',
  'spaces.created',
  'spaces.updated',
  'spaces.deleted',
  'spaces.restored',
  'space.overridden',
  'space.released',
  'device_model.created',
  'device_model.updated',
  'device_model.deleted',
  'device.created',
  'device.updated',
  'device.archived',
  'device.restored',
  'device.assigned',
  'device.unassigned',
  'device.lifecycle_changed',
  'device.transferred',
  'device.received',
  'gateway.created',
  'gateway.updated',
  'gateway.deleted',
  'orphan.claimed',
  'orphan.dismissed',
  'orphan.restored',
  'audit_log.exported',
] as const;
type Action = (typeof actions)[number];

function isAction(action: string): action is Action {
  return actions.some((known) => known === action);
}

/** The server's words in the reader's language; what is not known stays as the server said it. */
export function useAuditWords() {
  const { t } = useTranslation();
  return {
    entityType: (type: string) => (isEntityType(type) ? t(`audit.entityTypes.${type}`) : type),
    action: (action: string) => (isAction(action) ? t(`audit.actions.${action}`) : action),
    actor: ({ type, name }: AuditEntry['actor']) => name || t(`audit.actorTypes.${type}`),
    actorType: ({ type }: AuditEntry['actor']) => t(`audit.actorTypes.${type}`),
  };
}
