import { Button } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  boxOf,
  moved,
  type Outline,
  outlineOfBox,
  rectangleOf,
  rowAfter,
  type Size,
} from '@/components/plan/geometry';
import type { Item } from './drawing';
import { NumberField } from './NumberField';
import styles from './plans.module.css';
import type { Editor } from './useEditor';

const COUNT_MAX = 500;

type Props = {
  editor: Editor;
  size: Size;
  items: readonly Item[];
  setPreview: (preview: readonly Outline[]) => void;
  onClose: () => void;
};

/** What is selected, again and again in a row: how many, how far apart, which way. Shown before it is done. */
export function RowPanel({ editor, size, items, setPreview, onClose }: Props) {
  const { t } = useTranslation();
  const [count, setCount] = useState(items.length === 1 ? 10 : 2);
  const [gap, setGap] = useState(0);
  const [angle, setAngle] = useState(() => rowAngle(items));
  const row = useMemo(
    () => repeated(items, { count: count - 1, gap, angle }, size),
    [items, count, gap, angle, size],
  );
  const fitting = Math.floor(row.length / items.length) + 1;

  // The canvas shows what would be drawn, as long as this is open.
  useEffect(() => {
    setPreview(row);
    return () => setPreview([]);
  }, [row, setPreview]);

  function draw() {
    editor.add(row, { keepsSelected: true });
    onClose();
  }

  return (
    <section className={styles.sub} aria-label={t('plan.row')}>
      <h3>{t('plan.row')}</h3>
      <div className={styles.fields}>
        <NumberField
          label={t('plan.rowCount')}
          value={count}
          min={2}
          max={COUNT_MAX}
          onCommit={(next) => setCount(Math.round(next))}
        />
        <NumberField label={t('plan.gap')} value={gap} min={-50} max={1000} onCommit={setGap} />
        <NumberField
          label={t('plan.direction')}
          value={angle}
          min={-180}
          max={180}
          step={15}
          unit="°"
          onCommit={setAngle}
        />
      </div>
      <p className={styles.hint} role="status">
        {fitting < count
          ? t('plan.rowShort', { n: fitting, count: row.length })
          : t('plan.rowPreview', { count: row.length })}
      </p>
      <div className={styles.buttons}>
        <Button type="primary" disabled={row.length === 0} onClick={draw}>
          {t('plan.rowDraw', { count: row.length })}
        </Button>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
      </div>
    </section>
  );
}

/** Along its own width: where bays stand side by side. */
function rowAngle(items: readonly Item[]): number {
  const [only] = items;
  if (items.length !== 1 || !only) {
    const { width, height } = boxOf(items.map(({ outline }) => outline));
    return width > height ? 90 : 0;
  }
  const rectangle = rectangleOf(only.outline);
  if (!rectangle) return 0;
  return rectangle.width <= rectangle.height ? rectangle.angle : rectangle.angle + 90;
}

type Way = { count: number; gap: number; angle: number };

/** One outline by itself; several as the block they are. */
function repeated(items: readonly Item[], way: Way, size: Size): Outline[] {
  const outlines = items.map(({ outline }) => outline);
  const [only] = outlines;
  if (outlines.length === 1 && only) return rowAfter(only, way, size);
  const block = outlineOfBox(boxOf(outlines));
  const [bx, by] = block[0] ?? [0, 0];
  return rowAfter(block, way, size).flatMap((next) => {
    const [x, y] = next[0] ?? [0, 0];
    return outlines.map((outline) => moved(outline, x - bx, y - by));
  });
}
