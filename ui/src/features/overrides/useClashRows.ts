import { useTranslation } from 'react-i18next';
import type { Override } from '@/api/types';
import type { ClashRow } from '@/components/ConflictAlert';
import type { Clash } from '@/components/conflict';
import { useFormats } from '@/components/format';

type Theirs = Pick<Override, 'kind' | 'reason' | 'notes' | 'starts_at' | 'ends_at'> & {
  name?: string;
};

/** What somebody else has made of the window meanwhile, in words. */
export function useClashRows(zone: string) {
  const { t } = useTranslation();
  const formats = useFormats();
  const labels: Partial<Record<string, string>> = {
    name: t('fields.name'),
    kind: t('spaces.overrideKind'),
    reason: t('spaces.reason'),
    notes: t('spaces.notes'),
    starts_at: t('spaces.from'),
    ends_at: t('spaces.until'),
  };
  const shown = (theirs: Theirs, field: string): string => {
    if (field === 'kind') return t(`spaces.overrideKinds.${theirs.kind}.name`);
    if (field === 'starts_at') return formats.instantIn(zone, theirs.starts_at);
    if (field === 'ends_at') return theirs.ends_at ? formats.instantIn(zone, theirs.ends_at) : '';
    return String(theirs[field as 'reason'] ?? '');
  };
  return (theirs: Theirs, clashes: Clash<string>[]): ClashRow[] =>
    clashes.map(({ field, isBoth }) => ({
      field,
      label: labels[field] ?? field,
      theirs: shown(theirs, field),
      isBoth,
    }));
}
