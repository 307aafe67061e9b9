/**
 * The API's nouns under short names. The only file that names generated schemas, so that a rename in
 * the OpenAPI is one edit here.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type User = Schemas['User'];
export type Language = User['language'];
export type ThemePreference = User['theme'];
export type TenantRef = Schemas['TenantRef'];
export type Me = Schemas['Me'];
export type Limits = Schemas['Limits'];
export type ResourceUsage = Schemas['ResourceUsage'];
export type LimitedResource = ResourceUsage['resource'];
export type Role = Schemas['Role'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
export type InvitationPreview = Schemas['InvitationPreview'];
export type ApiKey = Schemas['ApiKey'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type WebhookSecret = Schemas['WebhookSecret'];
export type CreatedWebhookSecret = Schemas['CreatedWebhookSecret'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditVerification = Schemas['AuditVerification'];
export type Tenant = Schemas['Tenant'];
export type TenantLimits = Schemas['TenantLimits'];
export type Tier = Schemas['Tier'];
export type SessionEntry = Schemas['SessionEntry'];

/** What every list answers beside its resource-named array. */
export type ListEnvelope = {
  total: number;
  page: number;
  page_size: number;
  total_pages: number;
  tenant_id: string;
  tenant_scope: 'tenant' | 'all';
  is_cross_tenant: boolean;
};
