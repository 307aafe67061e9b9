import { type KeyboardEvent, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { LampOfBay, SpaceState } from '@/api/types';
import { useBayWords } from '@/components/bays';
import { WarningFilled } from '@/components/icons';
import { LampSign } from '@/components/lamp/LampSign';
import { StateSign } from '@/components/plan/PlanBay';
import { Spoken } from '@/components/Spoken';
import styles from './operations.module.css';

/** For so long a change is news. */
const NEWS_MS = 4_000;

type Props = {
  id: string;
  code: string;
  state: SpaceState;
  since: string;
  isAlarmed: boolean;
  lamp?: LampOfBay | undefined;
  isOpen: boolean;
  isStop: boolean;
  onOpen: (id: string) => void;
  onFocus: (id: string) => void;
  onKeyDown: (event: KeyboardEvent, id: string) => void;
};

/** One bay of the grid: its code, and its state as colour, shape and letter. Drawn anew only when it changed. */
export const BayTile = memo(function BayTile(props: Props) {
  const { id, code, state, since, isAlarmed, lamp, isOpen, isStop, onOpen, onFocus, onKeyDown } =
    props;
  const { t } = useTranslation();
  const words = useBayWords();
  const isNews = Math.abs(Date.now() - Date.parse(since)) < NEWS_MS;
  return (
    <button
      type="button"
      data-bay={id}
      data-state={state}
      tabIndex={isStop ? 0 : -1}
      title={`${code}, ${words.state(state)}`}
      className={[styles.tile, styles[state], isOpen ? styles.tileOpen : ''].join(' ')}
      onClick={() => onOpen(id)}
      onFocus={() => onFocus(id)}
      onKeyDown={(event) => onKeyDown(event, id)}
    >
      {/* Another one for each state, so that it draws the eye anew. */}
      {isNews && <span key={state} className={styles.tileNews} />}
      <StateSign state={state} />
      <span className={styles.tileCode}>{code}</span>
      <Spoken>{words.state(state)}</Spoken>
      {lamp && (
        <span className={styles.tileLamp}>
          <LampSign display={lamp} />
        </span>
      )}
      {isAlarmed && (
        <>
          <WarningFilled className={styles.tileAlarm} />
          <Spoken>{t('bays.attention')}</Spoken>
        </>
      )}
    </button>
  );
});
