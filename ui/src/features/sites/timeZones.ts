import { offsetName } from '@/components/zoneTime';

export type ZoneOption = { value: string; label: string; search: string };

/** Without accents, case and the underscores of the names, so that "new york" finds it. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/[_/-]/g, ' ')
    .toLowerCase();
}

/** Every zone this browser knows, and one it may not know yet. */
export function zoneOptions(now: number, chosen?: string): ZoneOption[] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  if (chosen) names.add(chosen);
  return [...names].map((value) => {
    let offset = '';
    try {
      offset = offsetName(value, now);
    } catch {
      // A zone the server knows and this browser does not has no offset here.
    }
    const name = value.replace(/_/g, ' ');
    const label = offset && offset !== name ? `${name} (${offset})` : name;
    return { value, label, search: plain(`${value} ${offset}`) };
  });
}

export function isZoneFound(text: string, option?: { search?: string }): boolean {
  return plain(text)
    .split(/\s+/)
    .every((word) => option?.search?.includes(word) ?? false);
}

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
