import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Level, Space } from '@/api/types';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { Panel } from '@/components/Panel';
import {
  boxOf,
  type Corner,
  middleOf,
  type Outline,
  outlineOf,
  rectangleOf,
  rotated,
  type Size,
  tidyAngle,
} from '@/components/plan/geometry';
import { BAY, baysAround } from './bayDraft';
import type { Item } from './drawing';
import { NumberField } from './NumberField';
import { NumberPanel } from './NumberPanel';
import styles from './plans.module.css';
import { RowPanel } from './RowPanel';
import { centreOf, type Editor } from './useEditor';

type Props = {
  editor: Editor;
  size: Size;
  isFree: boolean;
  refusal: string | null;
  setPreview: (preview: readonly Outline[]) => void;
  level: Level;
  siteSpaces: readonly Space[];
  /** The middle of what one sees, where something new comes. */
  spot: Corner;
};

/** What is selected, in numbers; and a new bay while nothing is. */
export function Inspector(props: Props) {
  const { editor, refusal, setPreview, spot } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState<'row' | 'number' | null>(null);
  const { items } = editor;
  const [only] = items;
  const key = items.map((item) => item.key).join();
  const close = () => {
    setOpen(null);
    setPreview([]);
  };

  if (!only) {
    return (
      <Panel title={t('plan.newBay')}>
        <BayDraft editor={editor} size={props.size} spot={spot} refusal={refusal} />
      </Panel>
    );
  }
  const title =
    items.length === 1
      ? (only.code ?? t('plan.noCode'))
      : t('plan.several', { count: items.length });
  return (
    <Panel title={title}>
      <Measures key={`${key} measures`} {...props} items={items} />
      {refusal === null && open === null && (
        <div className={styles.buttons}>
          <Button onClick={() => setOpen('row')}>{t('plan.row')}</Button>
          <Button
            type={items.some(({ code }) => !code) ? 'primary' : 'default'}
            onClick={() => setOpen('number')}
          >
            {t('plan.number')}
          </Button>
        </div>
      )}
      {open === 'row' && <RowPanel key={`${key} row`} {...props} items={items} onClose={close} />}
      {open === 'number' && (
        <NumberPanel key={`${key} number`} {...props} items={items} onClose={close} />
      )}
    </Panel>
  );
}

type BayDraftProps = { editor: Editor; size: Size; spot: Corner; refusal: string | null };

function BayDraft({ editor, size, spot, refusal }: BayDraftProps) {
  const { t } = useTranslation();
  const [bay, setBay] = useState(BAY);
  return (
    <>
      <p className={styles.hint}>{refusal ? t('plan.lookHint') : t('plan.newBayHint')}</p>
      <div className={styles.fields}>
        <NumberField
          label={t('plan.width')}
          value={bay.width}
          min={6}
          max={size.width}
          isDisabled={refusal !== null}
          onCommit={(width) => setBay({ ...bay, width })}
        />
        <NumberField
          label={t('plan.height')}
          value={bay.height}
          min={6}
          max={size.height}
          isDisabled={refusal !== null}
          onCommit={(height) => setBay({ ...bay, height })}
        />
      </div>
      <GatedButton
        icon={<PlusOutlined />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => editor.add(baysAround(spot, 1, size, bay))}
      >
        {t('plan.addBay')}
      </GatedButton>
    </>
  );
}

/** What all have in common, or null. */
function common(values: readonly (number | undefined)[]): number | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.every((value) => value !== undefined && Math.abs(value - first) < 0.05)
    ? first
    : null;
}

function Measures({ editor, size, isFree, refusal, items }: Props & { items: readonly Item[] }) {
  const { t } = useTranslation();
  const rectangles = items.map(({ outline }) => rectangleOf(outline));
  const areAll = rectangles.every((one) => one !== null);
  const [x, y] = centreOf(items);
  const angle = areAll ? common(rectangles.map((one) => one?.angle)) : null;
  const isDisabled = refusal !== null;
  const [only] = items;

  function resize(change: { width?: number; height?: number }) {
    editor.change(({ outline }) => {
      const rectangle = rectangleOf(outline);
      return rectangle ? outlineOf({ ...rectangle, ...change }) : outline;
    });
  }
  function turnTo(degrees: number) {
    editor.change(({ outline }) => {
      const rectangle = rectangleOf(outline);
      const by = rectangle ? degrees - rectangle.angle : degrees;
      return rotated(outline, middleOf(outline), tidyAngle(by));
    });
  }

  return (
    <>
      <div className={styles.fields}>
        <NumberField
          label={t('plan.x')}
          value={x}
          {...{ isDisabled }}
          onCommit={(to) => editor.move(to - x, 0)}
        />
        <NumberField
          label={t('plan.y')}
          value={y}
          {...{ isDisabled }}
          onCommit={(to) => editor.move(0, to - y)}
        />
        {areAll && (
          <>
            <NumberField
              label={t('plan.width')}
              value={common(rectangles.map((one) => one?.width))}
              min={6}
              max={size.width}
              {...{ isDisabled }}
              onCommit={(width) => resize({ width })}
            />
            <NumberField
              label={t('plan.height')}
              value={common(rectangles.map((one) => one?.height))}
              min={6}
              max={size.height}
              {...{ isDisabled }}
              onCommit={(height) => resize({ height })}
            />
            <NumberField
              label={t('plan.angle')}
              value={angle}
              min={-180}
              max={180}
              step={5}
              unit="°"
              {...{ isDisabled }}
              onCommit={turnTo}
            />
          </>
        )}
      </div>
      <p className={styles.hint}>{t('plan.units')}</p>
      {items.length === 1 && only && (isFree || !areAll) && (
        <Corners editor={editor} item={only} isDisabled={isDisabled} />
      )}
      {items.length > 1 && !areAll && (
        <p className={styles.hint}>
          {t('plan.extent', {
            width: Math.round(boxOf(items.map(({ outline }) => outline)).width),
            height: Math.round(boxOf(items.map(({ outline }) => outline)).height),
          })}
        </p>
      )}
    </>
  );
}

type CornersProps = { editor: Editor; item: Item; isDisabled: boolean };

/** Each corner by its numbers: what one does with the handles, without a pointer. */
function Corners({ editor, item, isDisabled }: CornersProps) {
  const { t } = useTranslation();
  const set = (index: number, corner: Corner) =>
    editor.change(({ outline }) => outline.map((one, at) => (at === index ? corner : one)));
  return (
    <fieldset className={styles.corners}>
      <legend>{t('plan.cornersOf')}</legend>
      {item.outline.map(([x, y], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a corner is known by its place alone.
        <div key={index} className={styles.fields}>
          <NumberField
            label={t('plan.cornerX', { n: index + 1 })}
            value={x}
            {...{ isDisabled }}
            onCommit={(to) => set(index, [to, y])}
          />
          <NumberField
            label={t('plan.cornerY', { n: index + 1 })}
            value={y}
            {...{ isDisabled }}
            onCommit={(to) => set(index, [x, to])}
          />
        </div>
      ))}
    </fieldset>
  );
}
