import type { DisplayPolicy, LampState, PolicySettings, PolicySettingsDraft } from '@/api/types';

/** The states whose colours a policy chooses, as one meets them. */
export const coloured = [
  'free',
  'occupied',
  'reserved',
  'reserved_soon',
  'blocked',
  'out_of_service',
  'unknown',
] as const satisfies readonly LampState[];
export type Coloured = (typeof coloured)[number];

function isColoured(state: LampState): state is Coloured {
  return (coloured as readonly LampState[]).includes(state);
}

export const followed = ['free', 'occupied', 'reserved', 'unknown'] as const;

export type CodeValue = { model: string; state: Coloured; payload: string; port?: number | null };
export type TransitionValue = {
  from: (typeof followed)[number];
  to: (typeof followed)[number];
  after_seconds: number;
};

export type PolicyValues = {
  name: string;
  description?: string;
  site_id?: string;
  colors: Record<Coloured, string>;
  blink_reserved_soon: boolean;
  blink_pattern_ms: number;
  reserved_soon_threshold_sec: number;
  sensor_unknown_timeout_sec: number;
  debounce_window_sec?: number | null;
  allow_sensor_override: boolean;
  offline_rule: PolicySettings['offline_rule'];
  default_state: PolicySettings['default_state'];
  codes: CodeValue[];
  transitions: TransitionValue[];
};

export const policyFields = [
  'name',
  'description',
  'site_id',
] as const satisfies readonly (keyof PolicyValues)[];

export function valuesOf(
  settings: PolicySettings,
  policy?: Pick<DisplayPolicy, 'name' | 'description' | 'site_id'>,
): PolicyValues {
  const colors = Object.fromEntries(
    coloured.map((state) => [state, settings[`${state}_color`]]),
  ) as Record<Coloured, string>;
  const { codes, transitions, ...rest } = settings;
  return {
    name: policy?.name ?? '',
    description: policy?.description ?? '',
    site_id: policy?.site_id ?? undefined,
    colors,
    blink_reserved_soon: rest.blink_reserved_soon,
    blink_pattern_ms: rest.blink_pattern_ms,
    reserved_soon_threshold_sec: rest.reserved_soon_threshold_sec,
    sensor_unknown_timeout_sec: rest.sensor_unknown_timeout_sec,
    debounce_window_sec: rest.debounce_window_sec ?? null,
    allow_sensor_override: rest.allow_sensor_override,
    offline_rule: rest.offline_rule,
    default_state: rest.default_state,
    // Codes for an emergency are sent under no policy, and are not kept.
    codes: codes.flatMap(({ state, ...code }) => (isColoured(state) ? [{ ...code, state }] : [])),
    transitions: transitions.map((one) => ({ ...one })) as TransitionValue[],
  };
}

/** What is sent; colours without the mark a browser puts before them. */
export function settingsOf(values: PolicyValues): PolicySettingsDraft {
  const colors = Object.fromEntries(
    coloured.map((state) => [
      `${state}_color`,
      values.colors[state].replace('#', '').toUpperCase(),
    ]),
  );
  return {
    ...colors,
    blink_reserved_soon: values.blink_reserved_soon,
    blink_pattern_ms: values.blink_pattern_ms,
    reserved_soon_threshold_sec: values.reserved_soon_threshold_sec,
    sensor_unknown_timeout_sec: values.sensor_unknown_timeout_sec,
    debounce_window_sec: values.debounce_window_sec ?? null,
    allow_sensor_override: values.allow_sensor_override,
    offline_rule: values.offline_rule,
    default_state: values.default_state,
    codes: values.codes.map(({ model, state, payload, port }) => ({
      model,
      state,
      payload: payload.replace(/\s/g, ''),
      ...(port ? { port } : {}),
    })),
    transitions: values.transitions,
  };
}
