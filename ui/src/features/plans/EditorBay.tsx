import { memo } from 'react';
import { letteringOf, middleOf } from '@/components/plan/geometry';
import { pointsOf } from '@/components/plan/PlanBay';
import type { Item } from './drawing';
import styles from './plans.module.css';

type Props = { item: Item; isSelected: boolean; isFault: boolean; isConflict: boolean };

/** One outline while it is drawn: whose it is, and whether something is wrong with it. */
export const EditorBay = memo(function EditorBay(props: Props) {
  const { item, isSelected, isFault, isConflict } = props;
  const { key, code, spaceId, outline } = item;
  const [x, y] = middleOf(outline);
  const { width, height, angle } = letteringOf(outline);
  const text = code ?? '?';
  const letters = Math.min((width * 0.88) / (Math.max(text.length, 2) * 0.62), height * 0.4);
  const kind = isFault || isConflict ? styles.faulty : spaceId ? styles.known : styles.fresh;
  return (
    <g data-key={key} className={`${styles.item} ${kind} ${isSelected ? styles.selected : ''}`}>
      <polygon points={pointsOf(outline)} />
      <text
        transform={`translate(${x} ${y}) rotate(${angle})`}
        y={letters * 0.36}
        fontSize={letters}
      >
        {text}
      </text>
    </g>
  );
});
