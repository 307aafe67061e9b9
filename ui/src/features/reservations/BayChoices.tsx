import { Button, Checkbox, Input } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBayWords } from '@/components/bays';
import { useFormats } from '@/components/format';
import { SearchOutlined } from '@/components/icons';
import { StateSign } from '@/components/plan/PlanBay';
import type { Choice } from './BayStep';
import { type Freedom, markOf } from './booking';
import styles from './booking.module.css';
import { fittingBays } from './calendarView';

/** So many are drawn before one asks for more. */
const SHOWN = 60;

type Props = {
  choices: readonly Choice[];
  spaceId: string | undefined;
  /** Whether one that is taken can be chosen: it is free on other dates. */
  isSeries?: boolean;
  say: (freedom: Freedom) => string;
  onPick: (spaceId: string) => void;
};

/** The bays in the order of their codes; those that are taken say until when. */
export function BayChoices({ choices, spaceId, isSeries, say, onPick }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useBayWords();
  const [q, setQ] = useState('');
  const [isFreeOnly, setIsFreeOnly] = useState(false);
  const [max, setMax] = useState(SHOWN);
  const fitting = useMemo(() => {
    const bays = choices.map(({ bay }) => bay);
    const named = q.trim() ? new Set(fittingBays(bays, { q }).map(({ id }) => id)) : null;
    return choices.filter(
      ({ bay, freedom }) => (!named || named.has(bay.id)) && (!isFreeOnly || freedom.isFree),
    );
  }, [choices, q, isFreeOnly]);
  const rest = fitting.length - max;
  return (
    <>
      <div className={styles.bayTools}>
        <Input
          type="search"
          className={styles.search}
          prefix={<SearchOutlined />}
          aria-label={t('spaces.search')}
          placeholder={t('spaces.search')}
          value={q}
          onChange={(event) => setQ(event.target.value)}
          allowClear
        />
        <Checkbox checked={isFreeOnly} onChange={(event) => setIsFreeOnly(event.target.checked)}>
          {t('booking.freeOnly')}
        </Checkbox>
      </div>
      <fieldset className={styles.choices} aria-label={t('booking.steps.bay')}>
        {fitting.slice(0, max).map(({ bay, freedom }) => (
          <label
            key={bay.id}
            className={`${styles.choice} ${bay.id === spaceId ? styles.chosenOne : ''} ${freedom.isFree || isSeries ? '' : styles.taken}`}
          >
            <input
              type="radio"
              name="space"
              value={bay.id}
              checked={bay.id === spaceId}
              disabled={!freedom.isFree && !isSeries}
              onChange={() => onPick(bay.id)}
            />
            <StateSign state={markOf(freedom)} />
            <span className={styles.choiceWords}>
              <strong>{bay.code}</strong>
              <span className={styles.second}>
                {[bay.level, bay.zone, bay.kind === 'general' ? null : words.kind(bay.kind)]
                  .filter(Boolean)
                  .join(', ')}
              </span>
            </span>
            <span className={styles.freedom}>{say(freedom)}</span>
          </label>
        ))}
      </fieldset>
      {fitting.length === 0 && <p className={styles.hint}>{t('table.noHits')}</p>}
      {rest > 0 && (
        <Button onClick={() => setMax(max + SHOWN)}>
          {t('booking.moreBays', { count: rest, formatted: formats.number(rest) })}
        </Button>
      )}
    </>
  );
}
