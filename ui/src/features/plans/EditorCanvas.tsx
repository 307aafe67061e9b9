import { type KeyboardEvent, memo, useId } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Box,
  boxBetween,
  type Guides,
  type Outline,
  type Size,
} from '@/components/plan/geometry';
import { pointsOf } from '@/components/plan/PlanBay';
import { PlanSheet, ZoomButtons } from '@/components/plan/PlanSheet';
import sheet from '@/components/plan/plan.module.css';
import { usePanning } from '@/components/plan/viewport';
import type { Item } from './drawing';
import { EditorBay } from './EditorBay';
import { Handles } from './Handles';
import styles from './plans.module.css';
import { type PointerOptions, usePointer } from './usePointer';

type Props = PointerOptions & {
  label: string;
  url: string | null;
  preview: readonly Outline[];
  faults: ReadonlySet<string>;
  conflicts: ReadonlySet<string>;
  onKeyDown: (event: KeyboardEvent<SVGSVGElement>) => void;
};

/** Where one draws: pointers select, pull, turn and draw; keys do the same (see PlanEditor). */
export function EditorCanvas(props: Props) {
  const { label, size, url, viewport, editor, tool, isReadOnly, isFree, faults, conflicts } = props;
  const { t } = useTranslation();
  const helpId = useId();
  const panning = usePanning(viewport);
  const pointer = usePointer(props);
  const { gesture, corners, hover } = pointer;
  const isPanning = tool === 'pan';
  const shift = gesture?.kind === 'move' ? gesture.by : null;
  const shown = gesture?.kind === 'grip' ? gesture.outlines : null;
  const { drawing, selected, items } = editor;

  return (
    <div
      className={`${sheet.frame} ${styles.canvas}`}
      style={{ aspectRatio: size.width / size.height }}
    >
      <PlanSheet
        size={size}
        url={url}
        viewport={viewport}
        role="application"
        aria-label={label}
        aria-describedby={helpId}
        tabIndex={0}
        data-tool={tool}
        className={isPanning ? sheet.pulling : styles.drawing}
        onKeyDown={props.onKeyDown}
        {...(isPanning ? panning : pointer.handlers)}
      >
        <g>
          <Unselected drawing={drawing} selected={selected} faults={faults} conflicts={conflicts} />
          {props.preview.map((outline) => (
            <polygon
              key={pointsOf(outline)}
              points={pointsOf(outline)}
              className={styles.preview}
            />
          ))}
          <g transform={shift ? `translate(${shift[0]} ${shift[1]})` : undefined}>
            {items.map((item) => (
              <EditorBay
                key={item.key}
                item={withOutline(item, shown)}
                isSelected
                isFault={faults.has(item.key)}
                isConflict={conflicts.has(item.spaceId ?? '')}
              />
            ))}
            {!isReadOnly && items.length > 0 && (
              <Handles
                items={items.map((item) => withOutline(item, shown))}
                unitsPerPixel={viewport.unitsPerPixel}
                isFree={isFree}
              />
            )}
          </g>
          {gesture?.kind === 'marquee' && (
            <BoxShape box={boxBetween(gesture.from, gesture.to)} className={styles.marquee} />
          )}
          {gesture?.kind === 'draw' && (
            <BoxShape box={boxBetween(gesture.from, gesture.to)} className={styles.preview} />
          )}
          {gesture?.kind === 'move' && <GuideLines guides={gesture.guides} size={size} />}
          {corners.length > 0 && (
            <polyline
              points={pointsOf(hover ? [...corners, hover] : corners)}
              className={styles.preview}
            />
          )}
        </g>
      </PlanSheet>
      <ZoomButtons viewport={viewport} />
      <p id={helpId} hidden>
        {isReadOnly ? t('plan.helpReadOnly') : t('plan.help')}
      </p>
    </div>
  );
}

function withOutline(item: Item, shown: ReadonlyMap<string, Outline> | null): Item {
  const outline = shown?.get(item.key);
  return outline ? { ...item, outline } : item;
}

type UnselectedProps = {
  drawing: readonly Item[];
  selected: ReadonlySet<string>;
  faults: ReadonlySet<string>;
  conflicts: ReadonlySet<string>;
};

/** Those that stand still while others are pulled about. */
const Unselected = memo(function Unselected(props: UnselectedProps) {
  const { drawing, selected, faults, conflicts } = props;
  return drawing
    .filter(({ key }) => !selected.has(key))
    .map((item) => (
      <EditorBay
        key={item.key}
        item={item}
        isSelected={false}
        isFault={faults.has(item.key)}
        isConflict={conflicts.has(item.spaceId ?? '')}
      />
    ));
});

function BoxShape({ box, className }: { box: Box; className: string | undefined }) {
  return <rect x={box.x} y={box.y} width={box.width} height={box.height} className={className} />;
}

function GuideLines({ guides: { x, y }, size }: { guides: Guides; size: Size }) {
  return (
    <>
      {x !== null && <path d={`M${x} 0V${size.height}`} className={styles.guide} />}
      {y !== null && <path d={`M0 ${y}H${size.width}`} className={styles.guide} />}
    </>
  );
}
