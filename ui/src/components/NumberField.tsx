import { InputNumber, Switch } from 'antd';
import { useId } from 'react';
import styles from './NumberField.module.css';

type Props = {
  /** Given by a form's field, like `value` and `onChange`. */
  id?: string;
  value?: number | null;
  onChange?: (value: number | null) => void;
  /** Without bounds of its own, whatever was typed is sent, and the server says what is wrong with it. */
  min?: number;
  max?: number;
  step: number;
  /** What it becomes when it is switched on. */
  usual: number;
  unit: string;
  isOptional: boolean;
  isReadOnly: boolean;
  switchLabel: string;
};

/** A number, and whether there is one at all. */
export function NumberField(props: Props) {
  const { id, value = null, onChange, min, max, step, usual, unit } = props;
  const unitId = useId();
  return (
    <span className={styles.field}>
      {props.isOptional && (
        <Switch
          aria-label={props.switchLabel}
          checked={value !== null}
          disabled={props.isReadOnly}
          onChange={(isOn) => onChange?.(isOn ? usual : null)}
        />
      )}
      <InputNumber
        id={id}
        aria-describedby={unitId}
        value={value}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        step={step}
        // Switched off, there is nothing to type; an obligatory one may be empty while it is typed.
        disabled={props.isReadOnly || (props.isOptional && value === null)}
        onChange={(next) => {
          if (next !== null || !props.isOptional) onChange?.(next);
        }}
      />
      <span id={unitId}>{unit}</span>
    </span>
  );
}
