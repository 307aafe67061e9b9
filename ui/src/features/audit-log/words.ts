import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';

/** Things the log speaks about; the list may be filtered by them. */
export const entityTypes = [
  'api_key',
  'audit_log',
  'invitation',
  'membership',
  'registration',
  'session',
  'tenant',
  'user',
  'webhook_secret',
] as const;
type EntityType = (typeof entityTypes)[number];

function isEntityType(type: string): type is EntityType {
  return entityTypes.some((known) => known === type);
}

/** The server's words in the reader's language; what is not known stays as the server said it. */
export function useAuditWords() {
  const { t } = useTranslation();
  return {
    entityType: (type: string) => (isEntityType(type) ? t(`audit.entityTypes.${type}`) : type),
    actor: ({ type, name }: AuditEntry['actor']) => name || t(`audit.actorTypes.${type}`),
    actorType: ({ type }: AuditEntry['actor']) => t(`audit.actorTypes.${type}`),
  };
}
