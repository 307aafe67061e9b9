import { fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { renderPart } from '@/test/render';
import { matchingPicks, type Pick, PickDialog } from './PickDialog';

const picks = (onPick: (key: string) => void): Pick[] =>
  ['Users', 'Équipe', 'Audit log'].map((label) => ({
    key: label,
    label,
    keywords: label === 'Users' ? 'people members' : undefined,
    group: 'Pages',
    onPick: () => onPick(label),
  }));

function Sample({ onPick }: { onPick: (key: string) => void }) {
  const [isOpen, setIsOpen] = useState(true);
  return (
    <PickDialog
      title="Go"
      searchLabel="Find"
      picks={picks(onPick)}
      isOpen={isOpen}
      onClose={() => setIsOpen(false)}
    />
  );
}

describe('picking from many', () => {
  it('finds without accents, by any word, and by other names', () => {
    const found = (search: string) =>
      matchingPicks(picks(vi.fn()), search).map(({ label }) => label);
    expect(found('equipe')).toEqual(['Équipe']);
    expect(found('log aud')).toEqual(['Audit log']);
    expect(found('members')).toEqual(['Users']);
    expect(found('')).toHaveLength(3);
    expect(found('zzz')).toEqual([]);
  });

  it('works from the keyboard alone, and picks once it is gone', async () => {
    const picked = vi.fn();
    renderPart(<Sample onPick={picked} />);
    const input = screen.getByRole('combobox', { name: 'Find' });
    fireEvent.keyDown(input, { key: 'ArrowUp' });
    expect(screen.getByRole('option', { selected: true }).textContent).toBe('Audit log');
    fireEvent.keyDown(input, { key: 'ArrowDown' });
    fireEvent.change(input, { target: { value: 'equ' } });
    fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() => expect(picked).toHaveBeenCalledExactlyOnceWith('Équipe'));
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});
