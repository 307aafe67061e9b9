import type { Gateway, GatewayChange, GatewayDraft } from '@/api/types';
import { type KeyValue, metadataOf, rowsOf } from '@/components/keyValues';

export type GatewayValues = {
  eui: string;
  name: string;
  site_id?: string;
  latitude?: number | null;
  longitude?: number | null;
  altitude?: number | null;
  heartbeat_seconds?: number | null;
  notes?: string;
  metadata?: KeyValue[];
};

export const gatewayFields = [
  'eui',
  'name',
  'site_id',
  'latitude',
  'longitude',
  'altitude',
  'heartbeat_seconds',
  'notes',
  'metadata',
] as const satisfies readonly (keyof GatewayValues)[];

export function valuesOf(gateway: Gateway): GatewayValues {
  return {
    eui: gateway.eui,
    name: gateway.name,
    ...(gateway.site_id ? { site_id: gateway.site_id } : {}),
    latitude: gateway.latitude ?? null,
    longitude: gateway.longitude ?? null,
    altitude: gateway.altitude ?? null,
    heartbeat_seconds: gateway.heartbeat_seconds,
    notes: gateway.notes ?? '',
    metadata: rowsOf(gateway.metadata),
  };
}

function facts(values: GatewayValues) {
  return {
    name: values.name,
    site_id: values.site_id ?? null,
    latitude: values.latitude ?? null,
    longitude: values.longitude ?? null,
    altitude: values.altitude ?? null,
    notes: values.notes?.trim() || null,
    metadata: metadataOf(values.metadata),
    // It has one always; an emptied field leaves it as it is.
    ...(values.heartbeat_seconds ? { heartbeat_seconds: values.heartbeat_seconds } : {}),
  };
}

export const draftOf = (values: GatewayValues): GatewayDraft => ({
  eui: values.eui,
  ...facts(values),
});

/** Only what is other than it was, so that two people may change two things of one gateway. */
export function changeOf(gateway: Gateway, values: GatewayValues): GatewayChange {
  const old: Record<string, unknown> = facts(valuesOf(gateway));
  return Object.fromEntries(
    Object.entries(facts(values)).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field]),
    ),
  );
}
