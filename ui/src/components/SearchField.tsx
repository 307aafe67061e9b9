import { Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { SearchOutlined } from './icons';
import styles from './QueryTable.module.css';

const TYPING_PAUSE_MS = 300;

type Props = { label: string; value: string; onSearch: (q: string) => void };

/** The list's search. `/` focuses it from anywhere on the page (see the shell's shortcuts). */
export function SearchField({ label, value, onSearch }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  // A pending search must not fire after the page is left.
  useEffect(() => () => clearTimeout(pause.current), []);

  function search(text: string) {
    clearTimeout(pause.current);
    onSearch(text);
    setDraft(null);
  }

  return (
    <Input
      type="search"
      className={styles.search}
      prefix={<SearchOutlined />}
      aria-label={label}
      placeholder={label}
      data-search-field=""
      value={draft ?? value}
      onChange={(event) => {
        const text = event.target.value;
        setDraft(text);
        clearTimeout(pause.current);
        pause.current = setTimeout(() => search(text), TYPING_PAUSE_MS);
      }}
      onPressEnter={(event) => search(event.currentTarget.value)}
      // Who goes on to a link goes there: a search that is still waiting would call them back.
      onBlur={() => {
        if (draft !== null) search(draft);
      }}
      allowClear
    />
  );
}
