import { Button } from 'antd';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Level, Space } from '@/api/types';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { type Corner, middleOf, type Size } from '@/components/plan/geometry';
import { baysAround } from './bayDraft';
import type { Item } from './drawing';
import styles from './plans.module.css';
import type { Editor } from './useEditor';

type Props = {
  editor: Editor;
  size: Size;
  refusal: string | null;
  level: Level;
  siteSpaces: readonly Space[];
  spot: Corner;
  onShow: (at: Corner) => void;
};

/** What the canvas shows, as a list: selecting here selects there. And the bays it does not show yet. */
export function BayList(props: Props) {
  const { editor, refusal, level, siteSpaces } = props;
  const { t } = useTranslation();
  const drawn = useMemo(
    () => new Set(editor.drawing.map(({ spaceId }) => spaceId)),
    [editor.drawing],
  );
  const waiting = useMemo(
    () => siteSpaces.filter(({ id, level_id }) => level_id === level.id && !drawn.has(id)),
    [siteSpaces, level.id, drawn],
  );
  return (
    <>
      <Panel title={t('plan.onPlan')}>
        {editor.drawing.length === 0 ? (
          <p className={styles.hint}>{t('plan.noneDrawn')}</p>
        ) : (
          <Listbox {...props} />
        )}
      </Panel>
      {waiting.length > 0 && (
        <Panel title={t('plan.waiting', { count: waiting.length })}>
          <Waiting {...props} waiting={waiting} isAllowed={refusal === null} />
        </Panel>
      )}
    </>
  );
}

function Listbox({ editor, refusal, onShow }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const { drawing, selected } = editor;
  const items = useMemo(() => [...drawing].sort(byCode), [drawing]);
  const index = Math.max(
    0,
    items.findIndex(({ key }) => key === activeKey),
  );
  const active = items[index];

  // What was selected on the canvas comes into sight here.
  useEffect(() => {
    const chosen = list.current?.querySelector('[aria-selected="true"]');
    if (selected.size === 1) chosen?.scrollIntoView?.({ block: 'nearest' });
  }, [selected]);

  function go(to: number, isExtending: boolean) {
    const next = items[Math.min(Math.max(to, 0), items.length - 1)];
    if (!next) return;
    setActiveKey(next.key);
    onShow(middleOf(next.outline));
    editor.select(isExtending ? [...selected, next.key] : [next.key]);
    list.current
      ?.querySelector(`[data-option="${next.key}"]`)
      ?.scrollIntoView({ block: 'nearest' });
  }
  function toggle(key: string) {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    editor.select(next);
  }
  function onKeyDown(event: KeyboardEvent) {
    const deeds: Record<string, () => void> = {
      ArrowDown: () => go(index + 1, event.shiftKey),
      ArrowUp: () => go(index - 1, event.shiftKey),
      Home: () => go(0, false),
      End: () => go(items.length - 1, false),
      ' ': () => active && toggle(active.key),
      Enter: () => active && editor.select([active.key]),
      Escape: () => editor.select([]),
      ...(refusal === null ? { Delete: editor.erase } : {}),
    };
    const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a';
    const deed = isAll ? editor.selectAll : deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  return (
    <div
      ref={list}
      role="listbox"
      aria-label={t('plan.onPlan')}
      aria-multiselectable="true"
      aria-activedescendant={active ? `${id}-${active.key}` : undefined}
      tabIndex={0}
      className={styles.list}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <Option
          key={item.key}
          id={`${id}-${item.key}`}
          item={item}
          isSelected={selected.has(item.key)}
          isActive={item === active}
          onPick={(isAdding) => {
            setActiveKey(item.key);
            if (isAdding) toggle(item.key);
            else {
              editor.select([item.key]);
              onShow(middleOf(item.outline));
            }
          }}
        />
      ))}
    </div>
  );
}

const byCode = (one: Item, other: Item): number =>
  (one.code ?? '~').localeCompare(other.code ?? '~', undefined, { numeric: true });

type OptionProps = {
  id: string;
  item: Item;
  isSelected: boolean;
  isActive: boolean;
  onPick: (isAdding: boolean) => void;
};

function Option({ id, item, isSelected, isActive, onPick }: OptionProps) {
  const { t } = useTranslation();
  return (
    // Keys are the list's own: it has the focus and says which option is meant.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    // biome-ignore lint/a11y/useFocusableInteractive: see above.
    <div
      id={id}
      role="option"
      aria-selected={isSelected}
      data-option={item.key}
      className={`${styles.option} ${isActive ? styles.active : ''}`}
      onClick={(event) => onPick(event.shiftKey || event.ctrlKey || event.metaKey)}
    >
      <span>{item.code ?? t('plan.noCode')}</span>
      {item.code && !item.spaceId && <small>{t('plan.toBeMade')}</small>}
    </div>
  );
}

type WaitingProps = Props & { waiting: readonly Space[]; isAllowed: boolean };

/** Bays of the level that lie nowhere on it: each can be put into the middle of what one sees. */
function Waiting({ editor, size, spot, waiting, isAllowed }: WaitingProps) {
  const { t } = useTranslation();
  const formats = useFormats();

  function place(spaces: readonly Space[]) {
    const outlines = baysAround(spot, spaces.length, size);
    const placed = spaces.map(({ id, code }, n) => ({
      key: id,
      code,
      spaceId: id,
      outline: outlines[n] ?? [],
    }));
    editor.put(
      [...editor.drawing, ...placed],
      placed.map(({ key }) => key),
    );
  }

  return (
    <>
      {isAllowed && waiting.length > 1 && (
        <Button className={styles.placeAll} onClick={() => place(waiting)}>
          {t('plan.placeAll', {
            count: waiting.length,
            formatted: formats.number(waiting.length),
          })}
        </Button>
      )}
      <ul className={styles.waiting}>
        {waiting.map((space) => (
          <li key={space.id}>
            {isAllowed ? (
              <button
                type="button"
                aria-label={t('plan.place', { code: space.code })}
                onClick={() => place([space])}
              >
                {space.code}
              </button>
            ) : (
              space.code
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
