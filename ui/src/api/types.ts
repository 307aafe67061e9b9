/**
 * The API's nouns under short names. The only file that names generated schemas, so that a rename in
 * the OpenAPI is one edit here.
 */
import type { components, operations } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type User = Schemas['User'];
export type Language = Schemas['Language'];
export type ThemePreference = Schemas['Theme'];
export type TenantRef = Schemas['TenantRef'];
export type Me = Schemas['Me'];
export type LimitedResource = Schemas['Resource'];
export type Role = Schemas['Role'];
/** Without the platform's own role, which neither keys nor ordinary members have. */
export type TenantRole = Schemas['KeyRole'];
export type Member = Schemas['Member'];
/** The API calls its status a plain string; these are the ones it has. */
export type InvitationStatus = 'pending' | 'accepted' | 'revoked' | 'expired';
export type Invitation = Schemas['Invitation'];
export type InvitationPreview = Schemas['InvitationPreview'];
export type ApiKey = Schemas['ApiKey'];
export type ApiKeyChange = Schemas['ApiKeyChange'];
export type ApiKeyDraft = Schemas['ApiKeyDraft'];
export type CreatedApiKey = Schemas['MadeApiKey'];
export type Scope = Schemas['Scope'];
export type WebhookSecret = Schemas['WebhookSecret'];
export type CreatedWebhookSecret = Schemas['MadeWebhookSecret'];
export type Webhook = Schemas['WebhookBody'];
export type WebhookDraft = Schemas['WebhookDraft'];
export type WebhookChange = Schemas['WebhookChange'];
export type CreatedWebhook = Schemas['MadeWebhook'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WholeWebhookDelivery = Schemas['WholeWebhookDelivery'];
export type EventType = Schemas['EventTypeBody'];
export type AuditEntry = Schemas['AuditEntry'];
export type Tenant = Schemas['Tenant'];
export type TenantDraft = Schemas['CreateTenant'];
export type TenantChange = Schemas['UpdateTenant'];
export type TenantLimits = Schemas['Limits'];
export type Tier = Schemas['Tier'];
export type TierTerms = Schemas['TierTerms'];
export type SessionEntry = Schemas['ListedSession'];
export type Site = Schemas['SiteBody'];
export type SiteDraft = Schemas['SiteDraft'];
export type SiteStats = Schemas['SiteStats'];
export type Level = Schemas['LevelBody'];
export type Zone = Schemas['ZoneBody'];
export type Space = Schemas['SpaceBody'];
export type SpaceState = Schemas['SpaceState'];
export type BayKind = Schemas['BayKind'];
export type SpaceDraft = Schemas['SpaceDraft'];
export type SpaceChange = Schemas['SpaceChange'];
export type SpaceStateChange = Schemas['SpaceStateChange'];
export type SpaceOverride = Schemas['OverrideBody'];
export type OverrideKind = Schemas['OverrideKind'];
export type Evidence = Schemas['EvidenceBody'];
export type SiteTrend = Schemas['SiteTrend'];
export type StateChange = Schemas['StateChangeBody'];
export type Device = Schemas['DeviceBody'];
export type DeviceDraft = Schemas['DeviceDraft'];
export type DeviceChange = Schemas['DeviceChange'];
export type DeviceStats = Schemas['DeviceStats'];
/** What a device can be to a bay. */
export type DeviceRole = Schemas['DeviceTypeName'];
export type Lifecycle = Schemas['LifecycleName'];
export type Happening = Schemas['HappeningBody'];
export type DeviceLabel = Schemas['Label'];
export type LabelReading = Schemas['LabelReading'];
export type Onboarding = Schemas['OnboardBody'];
export type TenantPool = Schemas['TenantPool'];
export type Transfer = Schemas['TransferBody'];
export type DeviceModel = Schemas['ModelBody'];
export type DeviceModelDraft = Schemas['ModelDraft'];
export type DeviceModelChange = Schemas['ModelChange'];
export type LampCodes = Schemas['LampCodesBody'];
export type Gateway = Schemas['GatewayBody'];
export type GatewayDraft = Schemas['GatewayDraft'];
export type GatewayChange = Schemas['GatewayChange'];
export type GatewayStatus = Schemas['GatewayStatusName'];
export type Uplink = Schemas['UplinkBody'];
export type UplinkPage = Schemas['UplinkPage'];
export type UplinkQuery = NonNullable<operations['list_uplinks']['parameters']['query']>;
export type DeviceHealth = Schemas['DeviceHealthBody'];
export type Orphan = Schemas['OrphanBody'];
export type OrphanClaim = Schemas['ClaimDraft'];
export type Import = Schemas['ImportBody'];
export type ImportKind = Schemas['ImportKind'];
export type ImportStatus = Schemas['ImportStatus'];
export type ImportRow = Schemas['ImportRowBody'];
export type RowVerdict = Schemas['RowVerdict'];
export type RowMessage = Schemas['RowMessage'];
export type Dashboard = Schemas['DashboardData'];
export type AttentionKind = Dashboard['attention'][number]['kind'];
export type TenantUsage = Schemas['TenantUsage'];

export type Alarm = Schemas['AlarmBody'];
export type AlarmDetail = Schemas['AlarmDetailBody'];
export type AlarmKind = Schemas['AlarmKindName'];
export type Severity = Schemas['SeverityName'];
export type AlarmRules = Schemas['AlarmRulesBody'];
export type AlarmRulesChange = Schemas['AlarmRulesChange'];
export type AlarmRecipient = Schemas['AlarmRecipientBody'];
export type AlarmRecipientDraft = Schemas['AlarmRecipientDraft'];
export type AlarmRecipientChange = Schemas['AlarmRecipientChange'];

/** What every list answers beside its resource-named array. */
export type ListEnvelope = Schemas['PageExtent'];
