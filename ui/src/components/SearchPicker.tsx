import { Select } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './SearchPicker.module.css';

const TYPING_PAUSE_MS = 250;

/** One thing to choose: its name, what tells it from its like, and why it cannot be chosen. */
export type PickOption = { value: string; name: string; second?: ReactNode; refusal?: string };

export type PickerProps = {
  /** Given by a form's field, else by the page. */
  id?: string;
  value?: string;
  onChange?: (value: string | undefined) => void;
  label?: string;
  placeholder?: string;
  className?: string;
  allowClear?: boolean;
  autoFocus?: boolean;
};

type Props = PickerProps & {
  options: PickOption[];
  isSearching: boolean;
  /** What is said when nothing fits. */
  nothing: string;
  onSearch: (q: string) => void;
};

/** One of many things, which the server searches while one types. */
export function SearchPicker({ label, options, isSearching, nothing, onSearch, ...rest }: Props) {
  const { t } = useTranslation();
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(pause.current), []);

  return (
    <Select<string>
      {...rest}
      aria-label={label}
      loading={isSearching}
      popupMatchSelectWidth={false}
      showSearch={{
        filterOption: false,
        onSearch: (text) => {
          clearTimeout(pause.current);
          pause.current = setTimeout(() => onSearch(text.trim()), TYPING_PAUSE_MS);
        },
      }}
      optionLabelProp="title"
      notFoundContent={isSearching ? t('common.loading') : nothing}
      options={options.map(({ value, name, second, refusal }) => ({
        value,
        title: name,
        disabled: refusal !== undefined,
        label: (
          <span className={styles.option}>
            <span>{name}</span>
            {(second || refusal) && <span className={styles.second}>{refusal ?? second}</span>}
          </span>
        ),
      }))}
    />
  );
}
