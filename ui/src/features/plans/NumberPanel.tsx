import { Button, Input, Select } from 'antd';
import { type FormEvent, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Level, Space } from '@/api/types';
import { preview } from '@/components/codePattern';
import { followingCodes, type Item, numbered, type Order, ordered } from './drawing';
import styles from './plans.module.css';
import type { Editor } from './useEditor';

const orders: readonly Order[] = ['rows', 'columns', 'drawn'];

type Props = {
  editor: Editor;
  items: readonly Item[];
  siteSpaces: readonly Space[];
  level: Level;
  onClose: () => void;
};

/** Gives what is selected codes in an order: of bays there are, or of bays that are to be. */
export function NumberPanel({ editor, items, siteSpaces, level, onClose }: Props) {
  const { t } = useTranslation();
  const fieldId = useId();
  const orderId = useId();
  const [pattern, setPattern] = useState('');
  const [order, setOrder] = useState<Order>('rows');
  const codes = useMemo(() => codesOf(pattern, items.length), [pattern, items.length]);
  const result = useMemo(
    () => numbered(editor.drawing, ordered(items, order), codes ?? [], siteSpaces, level.id),
    [editor.drawing, items, order, codes, siteSpaces, level.id],
  );
  const isReady = codes !== null && codes.length === items.length && result.taken.length === 0;

  function words(): string {
    if (!pattern.trim()) return t('plan.numberHint');
    if (!codes) return t('plan.numberUnclear');
    if (codes.length < items.length) {
      return t('plan.numberTooFew', { n: codes.length, count: items.length });
    }
    if (codes.length > items.length) {
      return t('plan.numberTooMany', { n: codes.length, count: items.length });
    }
    const { taken, bound, made } = result;
    if (taken.length > 0) return t('plan.numberTaken', { codes: taken.slice(0, 8).join(', ') });
    const range = t('plan.numberRange', { first: codes[0] ?? '', last: codes.at(-1) ?? '' });
    const parts = [
      ...(made > 0 ? [t('plan.numberMade', { count: made })] : []),
      ...(bound > 0 ? [t('plan.numberBound', { count: bound })] : []),
    ];
    return `${range}: ${parts.join(', ')}`;
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReady) return;
    editor.put(result.drawing);
    onClose();
  }

  return (
    <form className={styles.sub} aria-label={t('plan.number')} onSubmit={submit}>
      <h3>{t('plan.number')}</h3>
      <label className={styles.field} htmlFor={fieldId}>
        <span>{t('plan.codes')}</span>
        <Input
          id={fieldId}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          placeholder="A-001"
          value={pattern}
          onChange={({ target }) => setPattern(target.value)}
        />
      </label>
      {items.length > 1 && (
        <label className={styles.field} htmlFor={orderId}>
          <span>{t('plan.order')}</span>
          <Select
            id={orderId}
            value={order}
            onChange={setOrder}
            options={orders.map((value) => ({ value, label: t(`plan.orders.${value}`) }))}
          />
        </label>
      )}
      <p className={isReady ? styles.good : styles.hint} role="status">
        {words()}
      </p>
      <div className={styles.buttons}>
        <Button type="primary" htmlType="submit" disabled={!isReady}>
          {t('plan.numberSubmit')}
        </Button>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}

/** `A-001` or `A-001…` count on as far as need be; a pattern that says its end is taken at its word. */
function codesOf(pattern: string, count: number): string[] | null {
  const open = /^(.*?)\s*(?:…|\.{2,3})$/s.exec(pattern.trim());
  if (open) return someOf(followingCodes(open[1] ?? '', count));
  const found = preview(pattern);
  if (found.kind !== 'codes') return null;
  const [first = ''] = found.codes;
  return found.codes.length === 1
    ? (someOf(followingCodes(first, count)) ?? found.codes)
    : found.codes;
}

const someOf = (codes: string[]): string[] | null => (codes.length > 0 ? codes : null);
