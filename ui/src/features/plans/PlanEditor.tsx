import { Alert } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Level, Site, Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { centreOfBox, type Outline, type Size } from '@/components/plan/geometry';
import type { Sheet } from '@/components/plan/picture';
import { useViewport } from '@/components/plan/viewport';
import { useLeaveGuard } from '@/components/useLeaveGuard';
import { BayList } from './BayList';
import { ConflictAlert } from './ConflictAlert';
import { drawingOf, faultsOf, onto } from './drawing';
import { EditorCanvas } from './EditorCanvas';
import { editorKeys } from './editorKeys';
import { Inspector } from './Inspector';
import { PictureButton } from './PictureButton';
import styles from './plans.module.css';
import { Toolbar } from './Toolbar';
import { useEditor } from './useEditor';
import type { Tool } from './usePointer';
import { useSaving } from './useSaving';

type Props = {
  site: Site;
  level: Level;
  bays: readonly Space[];
  sheet: Sheet & { size: Size };
  refusal: string | null;
  pictureRefusal: string | null;
};

const NOTHING: readonly Outline[] = [];

export function PlanEditor({ site, level, bays, sheet, refusal, pictureRefusal }: Props) {
  const { t } = useTranslation();
  const { size, url } = sheet;
  // What others draw meanwhile does not move under one's hands; where both drew, saving tells.
  const [start] = useState(() => bays.filter(({ level_id }) => level_id === level.id));
  const [drawnOn, setDrawnOn] = useState(size);
  const [first] = useState(() => drawingOf(start, size));
  const editor = useEditor(first, size);
  // A picture of other proportions stretches what is drawn, as it does for everybody else.
  if (drawnOn !== size) {
    setDrawnOn(size);
    editor.learn((some) => onto(some, drawnOn, size));
  }
  const saving = useSaving({ editor, start, level, size });
  const viewport = useViewport(size);
  const [tool, setTool] = useState<Tool>('select');
  const [isSnapping, setIsSnapping] = useState(true);
  const [isFree, setIsFree] = useState(false);
  const [preview, setPreview] = useState<readonly Outline[]>(NOTHING);
  const [pictureFault, setPictureFault] = useState<string | null>(null);
  const { drawing } = editor;
  const faults = useMemo(
    () => new Set(faultsOf(drawing, size).map(({ key }) => key)),
    [drawing, size],
  );
  const conflicts = useMemo(() => new Set(saving.conflicts), [saving.conflicts]);
  const isReadOnly = refusal !== null;
  const { changes, isSaving, save } = saving;
  const blocker = reasonNotToSave();
  useLeaveGuard(changes.count > 0 && !isSaving, {
    text: t('plan.leaveText'),
    stay: t('plan.stay'),
  });

  function reasonNotToSave(): string | null {
    if (refusal) return refusal;
    if (changes.count === 0) return t('plan.nothingToSave');
    if (faults.size > 0) return t('plan.faulty', { count: faults.size });
    if (changes.unnamed > 0) return t('plan.unnamed', { count: changes.unnamed });
    return null;
  }
  const saveIfMay = () => {
    if (!blocker && !isSaving) save();
  };
  const onKeyDown = editorKeys({
    editor,
    viewport,
    isReadOnly,
    tool,
    setTool,
    toggleSnap: () => setIsSnapping((was) => !was),
  });

  return (
    // Undo and save belong to the whole editor, wherever in it one is.
    // biome-ignore lint/a11y/noStaticElementInteractions: only shortcuts for its own buttons.
    <div
      onKeyDown={(event) => {
        const isTyping = event.target instanceof HTMLInputElement;
        if (!(event.ctrlKey || event.metaKey) || isTyping) return;
        const key = event.key.toLowerCase();
        if (key === 's') saveIfMay();
        else if (key === 'z' && !isReadOnly) event.shiftKey ? editor.redo() : editor.undo();
        else if (key === 'y' && !isReadOnly) editor.redo();
        else return;
        event.preventDefault();
      }}
    >
      <PageHeader
        title={t('plan.editLevel', { level: level.name })}
        intro={
          <>
            <Link to={paths.site(site.id)}>{site.name}</Link>
            {' – '}
            <Link to={paths.sitePlan(site.id, { level: level.id })}>{t('plan.view')}</Link>
          </>
        }
        actions={
          <>
            <PictureButton level={level} refusal={pictureRefusal} onFault={setPictureFault} />
            <GatedButton
              type="primary"
              loading={isSaving}
              isAllowed={blocker === null}
              reason={blocker ?? ''}
              onClick={saveIfMay}
            >
              {t('plan.save')}
            </GatedButton>
          </>
        }
      />
      {refusal && <Alert type="info" showIcon className={styles.alert} title={refusal} />}
      {pictureFault && (
        <Alert
          type="error"
          showIcon
          role="alert"
          closable={{ onClose: () => setPictureFault(null) }}
          className={styles.alert}
          title={t('plan.pictureRefused')}
          description={pictureFault}
        />
      )}
      {sheet.error !== null && sheet.error !== undefined && (
        <div className={styles.alert}>
          <ProblemAlert error={sheet.error} onRetry={sheet.retry} />
        </div>
      )}
      {saving.error !== null && saving.conflicts.length === 0 && (
        <div className={styles.alert}>
          <ProblemAlert error={saving.error} />
        </div>
      )}
      <ConflictAlert saving={saving} bays={bays} drawing={drawing} />
      <div className={styles.editor}>
        <div className={styles.work}>
          <Toolbar
            {...{ editor, tool, setTool, isSnapping, setIsSnapping, isFree, setIsFree, refusal }}
          />
          <EditorCanvas
            label={t('plan.canvas', { level: level.name })}
            {...{ size, url, viewport, editor, tool, isSnapping, isFree, isReadOnly }}
            {...{ preview, faults, conflicts, onKeyDown }}
            onDrawn={() => setTool('select')}
          />
          <StatusLine
            drawn={drawing.length}
            selected={editor.items.map(({ code }) => code)}
            unsaved={changes.count}
          />
        </div>
        <div className={styles.panels}>
          <Inspector
            {...{ editor, size, isFree, refusal, setPreview, level }}
            siteSpaces={bays}
            spot={centreOfBox(viewport.box)}
          />
          <BayList
            {...{ editor, size, refusal, level }}
            siteSpaces={bays}
            spot={centreOfBox(viewport.box)}
            onShow={viewport.show}
          />
        </div>
      </div>
    </div>
  );
}

type StatusProps = { drawn: number; selected: readonly (string | null)[]; unsaved: number };

/** How things stand, in words; read out when it changes. */
function StatusLine({ drawn, selected, unsaved }: StatusProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const named = selected.length === 1 ? selected[0] : null;
  return (
    <p className={styles.status} role="status">
      <span>{t('plan.drawn', { count: drawn, formatted: formats.number(drawn) })}</span>
      {selected.length > 0 && (
        <span>
          {named
            ? t('plan.selectedOne', { code: named })
            : t('table.selected', {
                count: selected.length,
                formatted: formats.number(selected.length),
              })}
        </span>
      )}
      <span className={unsaved > 0 ? styles.unsaved : undefined}>
        {unsaved > 0
          ? t('plan.unsaved', { count: unsaved, formatted: formats.number(unsaved) })
          : t('plan.allSaved')}
      </span>
    </p>
  );
}
