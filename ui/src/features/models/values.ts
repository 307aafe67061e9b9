import type { DeviceModel, DeviceModelChange, DeviceModelDraft, SpaceState } from '@/api/types';

type Codes = Partial<Record<SpaceState, string | null>>;

export type ModelValues = {
  based_on: string;
  vendor: string;
  name: string;
  heartbeat_seconds?: number | null;
  notes?: string;
  lamp_codes?: Codes;
};

export const modelFields = [
  'based_on',
  'vendor',
  'name',
  'heartbeat_seconds',
  'lamp_codes',
  'notes',
] as const satisfies readonly (keyof ModelValues)[];

export function valuesOf(model: DeviceModel): ModelValues {
  return {
    based_on: model.based_on ?? '',
    vendor: model.vendor,
    name: model.name,
    heartbeat_seconds: model.heartbeat_seconds ?? null,
    notes: model.notes ?? '',
    lamp_codes: { ...model.lamp_codes },
  };
}

/** What was typed, in the case in which it is kept; what is empty is that of the model it is based on. */
function codesOf(codes: Codes | undefined): Record<string, string> | null {
  const given = Object.entries(codes ?? {}).flatMap(([state, code]) => {
    const digits = code?.replace(/\s/g, '').toUpperCase();
    return digits ? [[state, digits] as const] : [];
  });
  return given.length > 0 ? Object.fromEntries(given) : null;
}

function facts({ vendor, name, heartbeat_seconds, notes, lamp_codes }: ModelValues) {
  return {
    vendor,
    name,
    heartbeat_seconds: heartbeat_seconds ?? null,
    notes: notes?.trim() || null,
    lamp_codes: codesOf(lamp_codes),
  };
}

export const draftOf = (values: ModelValues): DeviceModelDraft => ({
  based_on: values.based_on,
  ...facts(values),
});

/** Only what is other than it was. */
export function changeOf(model: DeviceModel, values: ModelValues): DeviceModelChange {
  const [old, next] = [facts(valuesOf(model)), facts(values)];
  return Object.fromEntries(
    Object.entries(next).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof typeof old]),
    ),
  );
}
