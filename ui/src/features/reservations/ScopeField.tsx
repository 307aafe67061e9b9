import { Form, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import styles from './series.module.css';
import { type Scope, scopes } from './seriesChange';

type Props = {
  /** What is asked: which of them are to change, or to be called off. */
  label: string;
  /** Those one can choose from; all, unless said otherwise. */
  of?: readonly Scope[];
  /** How many each of them means. */
  count: (scope: Scope) => number;
  onChange?: (scope: Scope) => void;
};

/** Which of a series' reservations are meant. */
export function ScopeField({ label, of = scopes, count, onChange }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const said = (scope: Scope) => {
    const n = count(scope);
    return scope === 'one'
      ? t('series.scopes.one')
      : t(`series.scopes.${scope}`, { count: n, formatted: formats.number(n) });
  };
  return (
    <Form.Item name="scope" label={label} required>
      <Radio.Group
        className={styles.choices ?? ''}
        onChange={(event) => onChange?.(event.target.value)}
        options={of.map((value) => ({
          value,
          label: said(value),
          disabled: count(value) === 0,
        }))}
      />
    </Form.Item>
  );
}
