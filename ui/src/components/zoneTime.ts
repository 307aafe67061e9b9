/** Wall clocks of other time zones. */

/** Each is dear to make, and a calendar asks for hundreds of instants of one zone. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** How far a zone's clock is ahead of UTC at an instant, in minutes. */
export function offsetMinutes(zone: string, at: number): number {
  const parts = clockOf(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((wall - Math.floor(at / 1000) * 1000) / 60_000);
}

/** What a zone's clocks show at an instant: `2026-11-21T14:05:30`. */
export function wallOf(zone: string, at: number): string {
  return new Date(at + offsetMinutes(zone, at) * 60_000).toISOString().slice(0, 19);
}

/**
 * The instant at which a zone's clocks show `2026-11-21T14:05`, or `…T14:05:30`. An hour that occurs twice is the first
 * one; an hour that is skipped is as long after midnight as it would have been.
 */
export function instantOf(zone: string, wall: string): string {
  const asUtc = Date.parse(wall.length < 19 ? `${wall.slice(0, 16)}:00Z` : `${wall.slice(0, 19)}Z`);
  const day = 24 * 60;
  // The offset before and after any change that could be near; the right one maps onto itself.
  const before = offsetMinutes(zone, asUtc - day * 60_000);
  const after = offsetMinutes(zone, asUtc + day * 60_000);
  for (const offset of [before, after]) {
    const at = asUtc - offset * 60_000;
    if (offsetMinutes(zone, at) === offset) return new Date(at).toISOString();
  }
  return new Date(asUtc - before * 60_000).toISOString();
}

/** "UTC+1", "UTC−3:30" */
export function offsetName(zone: string, at: number): string {
  const minutes = offsetMinutes(zone, at);
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const tail = rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${tail}`;
}
