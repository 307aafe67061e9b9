import { Input, type InputRef, Modal } from 'antd';
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './PickDialog.module.css';

export type Pick = {
  key: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  group: string;
  /** Other words one may look for it by. */
  keywords?: string;
  onPick: () => void;
};

type Props = {
  title: string;
  searchLabel: string;
  picks: Pick[];
  isOpen: boolean;
  onClose: () => void;
  footer?: ReactNode;
};

/** Without accents and case, so that "equipe" finds "Équipe". */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

export function matchingPicks(picks: Pick[], search: string): Pick[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return picks.filter((pick) => {
    const text = plain(`${pick.label} ${pick.hint ?? ''} ${pick.keywords ?? ''}`);
    return words.every((word) => text.includes(word));
  });
}

/** Type, arrow, Enter: one of many things, picked from the keyboard. */
export function PickDialog({ title, searchLabel, picks, isOpen, onClose, footer }: Props) {
  const input = useRef<InputRef>(null);
  const picked = useRef<Pick | null>(null);

  // Only once the dialog is gone and has given focus back: a pick may lead to another page, which
  // then takes the focus for its heading.
  function afterOpenChange(isNowOpen: boolean) {
    if (isNowOpen) {
      input.current?.focus();
      return;
    }
    const pick = picked.current;
    picked.current = null;
    pick?.onPick();
  }

  return (
    <Modal
      title={<span className={styles.title}>{title}</span>}
      open={isOpen}
      onCancel={onClose}
      footer={footer ?? null}
      closable={false}
      destroyOnHidden
      width={560}
      style={{ top: 88 }}
      classNames={{ body: styles.body }}
      afterOpenChange={afterOpenChange}
    >
      <PickList
        searchLabel={searchLabel}
        picks={picks}
        inputRef={input}
        onPicked={(pick) => {
          picked.current = pick;
          onClose();
        }}
      />
    </Modal>
  );
}

function PickList({
  searchLabel,
  picks,
  inputRef,
  onPicked,
}: {
  searchLabel: string;
  picks: Pick[];
  inputRef: React.Ref<InputRef>;
  onPicked: (pick: Pick) => void;
}) {
  const { t } = useTranslation();
  const listId = useId();
  const [search, setSearch] = useState('');
  const [place, setPlace] = useState(0);
  const found = matchingPicks(picks, search);
  const chosen = found[Math.min(place, found.length - 1)];
  const groups = [...new Set(found.map(({ group }) => group))];
  const optionId = (pick: Pick) => `${listId}-${pick.key}`;

  function move(event: KeyboardEvent) {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      const next = (Math.min(place, found.length - 1) + step + found.length) % found.length;
      setPlace(next);
      const pick = found[next];
      if (pick) document.getElementById(optionId(pick))?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && chosen) {
      event.preventDefault();
      onPicked(chosen);
    }
  }

  return (
    <>
      <Input
        ref={inputRef}
        // The letters typed while the dialog still opens are meant for it.
        autoFocus
        size="large"
        role="combobox"
        aria-label={searchLabel}
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? optionId(chosen) : undefined}
        placeholder={searchLabel}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setPlace(0);
        }}
        onKeyDown={move}
      />
      <div id={listId} role="listbox" aria-label={searchLabel} className={styles.list}>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <div className={styles.group} aria-hidden="true">
              {group}
            </div>
            {found
              .filter((pick) => pick.group === group)
              .map((pick) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox above
                <div
                  key={pick.key}
                  id={optionId(pick)}
                  role="option"
                  tabIndex={-1}
                  aria-selected={pick === chosen}
                  className={pick === chosen ? styles.chosen : styles.option}
                  onClick={() => onPicked(pick)}
                  onPointerMove={() => setPlace(found.indexOf(pick))}
                >
                  {pick.icon && (
                    <span className={styles.icon} aria-hidden="true">
                      {pick.icon}
                    </span>
                  )}
                  <span className={styles.label}>{pick.label}</span>
                  {pick.hint && <span className={styles.hint}>{pick.hint}</span>}
                </div>
              ))}
          </div>
        ))}
        {found.length === 0 && (
          <div
            role="option"
            aria-disabled="true"
            aria-selected="false"
            tabIndex={-1}
            className={styles.nothing}
          >
            {t('palette.nothing')}
          </div>
        )}
      </div>
    </>
  );
}
