import type { Device, DeviceChange, DeviceDraft } from '@/api/types';
import { type KeyValue, metadataOf, rowsOf } from '@/components/keyValues';

/** A device as its form holds it: everything is text, and empty is nothing. */
export type DeviceValues = {
  name?: string;
  model?: string;
  heartbeat_seconds?: number | null;
  join_eui?: string;
  serial_number?: string;
  notes?: string;
  metadata?: KeyValue[];
  /** Only ever sent; what is kept is never shown. */
  app_key?: string;
  forgets_key?: boolean;
};
export type DraftValues = DeviceValues & { dev_eui: string };

export const deviceFields = [
  'name',
  'model',
  'heartbeat_seconds',
  'join_eui',
  'serial_number',
  'notes',
  'metadata',
  'app_key',
] as const satisfies readonly (keyof DeviceValues)[];

export function valuesOf(device: Device): DeviceValues {
  return {
    name: device.name ?? '',
    ...(device.model ? { model: device.model.id } : {}),
    heartbeat_seconds: device.heartbeat_seconds ?? null,
    join_eui: device.join_eui ?? '',
    serial_number: device.serial_number ?? '',
    notes: device.notes ?? '',
    metadata: rowsOf(device.metadata),
  };
}

const text = (value: string | undefined) => value?.trim() || null;

function facts(values: DeviceValues) {
  return {
    name: text(values.name),
    model: values.model ?? null,
    heartbeat_seconds: values.heartbeat_seconds ?? null,
    join_eui: text(values.join_eui),
    serial_number: text(values.serial_number),
    notes: text(values.notes),
    metadata: metadataOf(values.metadata),
  };
}

export function draftOf({ dev_eui, ...values }: DraftValues): DeviceDraft {
  const app_key = text(values.app_key);
  return { dev_eui, ...facts(values), ...(app_key ? { app_key } : {}) };
}

/** Only what is other than it was, so that two people may change two things of one device. */
export function changeOf(device: Device, values: DeviceValues): DeviceChange {
  const [old, next] = [facts(valuesOf(device)), facts(values)];
  const changed = Object.entries(next).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof typeof old]),
  );
  const app_key = text(values.app_key);
  return {
    ...(Object.fromEntries(changed) as Partial<typeof next>),
    ...(app_key ? { app_key } : values.forgets_key ? { app_key: null } : {}),
  };
}
