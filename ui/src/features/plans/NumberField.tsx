import { InputNumber } from 'antd';
import { useId, useState } from 'react';
import styles from './plans.module.css';

type Props = {
  label: string;
  value: number | null;
  unit?: string;
  min?: number;
  max?: number;
  step?: number;
  isDisabled?: boolean;
  onCommit: (value: number) => void;
};

/** A number that counts once it is typed to its end, not at each digit. */
export function NumberField({ label, value, unit, min, max, step, isDisabled, onCommit }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<number | null | undefined>(undefined);
  const shown = value === null ? null : Math.round(value * 10) / 10;

  function commit(next: number | null | undefined = typed) {
    setTyped(undefined);
    if (typeof next === 'number' && next !== shown) onCommit(Math.round(next * 10) / 10);
  }

  return (
    <label className={styles.field} htmlFor={id}>
      <span>{label}</span>
      <InputNumber
        id={id}
        value={typed === undefined ? shown : typed}
        min={min}
        max={max}
        step={step}
        suffix={unit}
        disabled={isDisabled}
        onChange={setTyped}
        onStep={(next) => commit(Number(next))}
        onBlur={() => commit()}
        onPressEnter={() => commit()}
      />
    </label>
  );
}
