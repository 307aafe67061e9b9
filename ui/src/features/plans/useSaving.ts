/** Saving what is drawn, and what to do when others have drawn the same bays meanwhile. */
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { Level, Space } from '@/api/types';
import type { Size } from '@/components/plan/geometry';
import { useToast } from '@/components/toast';
import { bound, changesOf, conflictsOf, knownAfter, knownOf, merged, type Theirs } from './drawing';
import { useFreshBays, useSavePlan } from './queries';
import type { Editor } from './useEditor';

type Options = {
  editor: Editor;
  start: readonly Space[];
  level: Level;
  size: Size;
};

export type Saving = ReturnType<typeof useSaving>;

export function useSaving({ editor, start, level, size }: Options) {
  const { t } = useTranslation();
  const toast = useToast();
  const { id: levelId, site_id: siteId } = level;
  const [known, setKnown] = useState(() => knownOf(start));
  const [dispute, setDispute] = useState<{ ids: string[]; theirs: Theirs } | null>(null);
  const send = useSavePlan({ siteId, levelId });
  const freshBays = useFreshBays(siteId);
  const [isReading, setIsReading] = useState(false);
  const { drawing, learn } = editor;
  const changes = useMemo(() => changesOf(drawing, known, size), [drawing, known, size]);

  async function theirsNow() {
    const all = await freshBays();
    const spaces = all.filter(({ level_id }) => level_id === levelId);
    return { all, theirs: { spaces, living: new Set(all.map(({ id }) => id)) } };
  }

  async function save() {
    const sent = changes;
    setIsReading(true);
    try {
      await send.mutateAsync(sent).then(
        () => toast.done(t('plan.saved')),
        () => undefined,
      );
      const { all, theirs } = await theirsNow();
      const ids = conflictsOf(sent, known, theirs);
      const mine = new Map(sent.outlines.map(({ id, shape }) => [id, shape]));
      const there = knownOf(theirs.spaces);
      // What lies where I have put it is no dispute: a part may have been saved before the rest failed.
      const disputed = ids.filter(
        (id) => JSON.stringify(there.get(id) ?? null) !== JSON.stringify(mine.get(id) ?? null),
      );
      learn((some) => bound(some, all));
      if (disputed.length > 0) setDispute({ ids: disputed, theirs });
      else {
        setKnown(knownAfter(known, sent, all));
        setDispute(null);
      }
    } catch {
      // Not read again: what was known stays, and the next save tells.
    } finally {
      setIsReading(false);
    }
  }

  function settle(keeps: 'mine' | 'theirs') {
    if (!dispute) return;
    editor.put(merged(drawing, { known, theirs: dispute.theirs, size }, keeps));
    setKnown(knownOf(dispute.theirs.spaces));
    setDispute(null);
    send.reset();
  }

  const problem = send.error ? asProblem(send.error) : null;
  return {
    changes,
    save: () => void save(),
    isSaving: send.isPending || isReading,
    error: problem,
    conflicts: dispute?.ids ?? NONE,
    settle,
  };
}

const NONE: readonly string[] = [];
