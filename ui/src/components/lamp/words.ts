/** Words about lamps and commands that several pages share. */
import { useTranslation } from 'react-i18next';
import type { DisplayStatus, DownlinkStatus, LampOfBay, LampState, Look } from '@/api/types';
import type { Tone } from '../StatusTag';

export const displayTones: Record<DisplayStatus, Tone> = {
  in_step: 'good',
  behind: 'waiting',
  mismatch: 'warning',
  unreachable: 'bad',
  idle: 'quiet',
};

export const downlinkTones: Record<DownlinkStatus, Tone> = {
  waiting: 'waiting',
  sending: 'waiting',
  queued: 'waiting',
  awaiting_ack: 'waiting',
  transmitted: 'good',
  confirmed: 'good',
  superseded: 'quiet',
  cancelled: 'quiet',
  failed: 'bad',
};

export const downlinkStatuses = Object.keys(downlinkTones) as DownlinkStatus[];

/** The states there are words for; that none is forgotten is checked by its type. */
const states: Record<LampState, true> = {
  free: true,
  occupied: true,
  reserved: true,
  reserved_soon: true,
  blocked: true,
  out_of_service: true,
  unknown: true,
  all_red: true,
  all_off: true,
};

function isState(name: string | null | undefined): name is LampState {
  return typeof name === 'string' && Object.hasOwn(states, name);
}

/** What a lamp says and how, in the reader's language. */
export function useLampWords() {
  const { t } = useTranslation();
  return {
    status: (status: DisplayStatus) => t(`lamps.statuses.${status}`),
    state: (look: Look | null | undefined) =>
      isState(look?.state) ? t(`lamps.states.${look.state}`) : t('lamps.colorOnly'),
    letter: (look: Look | null | undefined) =>
      isState(look?.state) ? t(`lamps.letters.${look.state}`) : '·',
    downlink: (status: DownlinkStatus) => t(`downlinks.statuses.${status}`),
  };
}

/** What is known to be shown: what it said since it was told something, or else what it was told. */
export function shownColor({
  shown,
  transmitted,
}: Pick<LampOfBay, 'shown' | 'transmitted'>): string | null {
  // As instants: the texts have as many digits of a second as there are to say.
  const toldAt = transmitted?.at ? Date.parse(transmitted.at) : Number.NEGATIVE_INFINITY;
  if (shown?.color && Date.parse(shown.at) >= toldAt) return shown.color;
  return transmitted?.look?.color ?? null;
}
