import { useTranslation } from 'react-i18next';
import type { Uplink } from '@/api/types';
import { StatusTag, type Tone } from '@/components/StatusTag';

export const kinds = [
  'up',
  'join',
  'status',
  'txack',
  'ack',
  'log',
  'location',
  'observation',
  'garbled',
] as const satisfies readonly Uplink['kind'][];
export const outcomes = [
  'read',
  'heard',
  'unreadable',
  'orphan',
  'no_bay',
  'superseded',
  'failed',
  'waiting',
] as const satisfies readonly Uplink['outcome'][];
export const sources = [
  'chirpstack_mqtt',
  'chirpstack_http',
  'tts',
  'observation',
] as const satisfies readonly Uplink['source'][];

const tones: Record<Uplink['outcome'], Tone> = {
  read: 'good',
  heard: 'quiet',
  superseded: 'quiet',
  waiting: 'waiting',
  unreadable: 'warning',
  orphan: 'warning',
  no_bay: 'warning',
  failed: 'bad',
};

/** What came of a message, in a word. */
export function OutcomeTag({ outcome }: { outcome: Uplink['outcome'] }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[outcome]}>{t(`uplinks.outcomes.${outcome}`)}</StatusTag>;
}

/** What a message says, in a word or two, for the list. */
export function useGist() {
  const { t } = useTranslation();
  return ({ kind, reading }: Uplink): string => {
    const said = (reading ?? {}) as { occupied?: boolean | null; occupancy?: string };
    if (said.occupied === true || said.occupancy === 'occupied') return t('uplinks.saysOccupied');
    if (said.occupied === false || said.occupancy === 'free') return t('uplinks.saysFree');
    return t(`uplinks.kinds.${kind}`);
  };
}

/** Bytes in pairs, for the eye. */
export const inPairs = (hex: string) => hex.match(/../g)?.join(' ') ?? hex;

/** The text that a body holds, where it is text. */
export function asText(hex: string): string | null {
  const bytes = new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
  const text = new TextDecoder().decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what holds them is no text
  return text === '' || /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? null : text;
}
