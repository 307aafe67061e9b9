import { useTranslation } from 'react-i18next';
import type { ImportKind, ImportStatus, RowVerdict } from '@/api/types';
import { useRowWords } from '@/components/rowMessages';
import type { Tone } from '@/components/StatusTag';

export const statusTones: Record<ImportStatus, Tone> = {
  uploaded: 'quiet',
  checked: 'waiting',
  running: 'waiting',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
  undoing: 'waiting',
  undone: 'quiet',
};

export const verdictTones: Record<RowVerdict, Tone> = {
  unchecked: 'quiet',
  ready: 'waiting',
  same: 'quiet',
  refused: 'bad',
  created: 'good',
  removed: 'quiet',
};

export function useImportWords() {
  const { t } = useTranslation();
  const { column, message } = useRowWords();
  return {
    column,
    message,
    kind: (kind: ImportKind) => t(`imports.kinds.${kind}`),
    status: (status: ImportStatus) => t(`imports.statuses.${status}`),
    verdict: (verdict: RowVerdict) => t(`imports.verdicts.${verdict}`),
  };
}
