import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Space } from '@/api/types';
import { renderPart } from '@/test/render';
import { BayChoices } from './BayChoices';
import type { Choice } from './BayStep';
import { stepsOf } from './booking';
import { StepList } from './StepList';

const choice = (n: number, isFree = true): Choice => ({
  bay: { id: `bay-${n}`, code: `A-${n}`, kind: 'general' } as Space,
  freedom: isFree ? { isFree } : { isFree, until: 0 },
});

function show(choices: Choice[], onPick = vi.fn()) {
  renderPart(
    <BayChoices
      choices={choices}
      spaceId={undefined}
      say={({ isFree }) => (isFree ? 'Free' : 'Taken until 15:30')}
      onPick={onPick}
    />,
  );
  return onPick;
}

describe('the bays one can choose from', () => {
  it('stand in their order, the taken ones among them with until when', () => {
    const onPick = show([choice(1), choice(2, false), choice(10)]);
    const [first, taken, last] = screen.getAllByRole('radio') as HTMLInputElement[];
    expect(taken?.disabled).toBe(true);
    expect(taken?.closest('label')?.textContent).toContain('Taken until 15:30');
    expect(last?.closest('label')?.textContent).toContain('A-10');
    fireEvent.click(first as HTMLElement);
    expect(onPick).toHaveBeenCalledWith('bay-1');
  });

  it('are found by their codes, and only the free ones on request', () => {
    show([choice(1), choice(2, false), choice(3)]);
    fireEvent.click(screen.getByRole('checkbox', { name: 'Only free ones' }));
    expect(screen.getAllByRole('radio')).toHaveLength(2);
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'a-3' } });
    expect(screen.getAllByRole('radio')).toHaveLength(1);
  });

  it('of a large site are shown some at a time', () => {
    show(Array.from({ length: 100 }, (_, n) => choice(n)));
    expect(screen.getAllByRole('radio')).toHaveLength(60);
    fireEvent.click(screen.getByRole('button', { name: 'Show 40 more bays' }));
    expect(screen.getAllByRole('radio')).toHaveLength(100);
  });
});

describe('the steps', () => {
  it('lead back, and on to what is known', () => {
    const onTurn = vi.fn();
    renderPart(
      <StepList
        steps={stepsOf(false)}
        step="bay"
        canTurnTo={(step) => step !== 'confirm'}
        onTurn={onTurn}
      />,
    );
    const [when, bay, confirm] = screen.getAllByRole('button') as HTMLButtonElement[];
    expect(bay?.closest('li')?.getAttribute('aria-current')).toBe('step');
    expect(confirm?.disabled).toBe(true);
    fireEvent.click(when as HTMLElement);
    expect(onTurn).toHaveBeenCalledWith('when');
  });

  it('are one more where it repeats: the dates', () => {
    renderPart(
      <StepList steps={stepsOf(true)} step="dates" canTurnTo={() => true} onTurn={vi.fn()} />,
    );
    const names = screen.getAllByRole('button').map(({ textContent }) => textContent);
    expect(names).toEqual(['Place and time', 'Bay', '3Dates', '4Confirm']);
  });
});
