import { Select } from 'antd';
import type { ReactNode } from 'react';
import styles from './Filters.module.css';

type Props = {
  /** What it filters by, also shown while nothing is chosen. */
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  options: { value: string; label: ReactNode }[];
};

/** One filter of a list: one of some choices, or none. */
export function FilterChoice({ label, ...rest }: Props) {
  return (
    <Select
      {...rest}
      className={styles.choice}
      aria-label={label}
      placeholder={label}
      allowClear
      popupMatchSelectWidth={false}
    />
  );
}
