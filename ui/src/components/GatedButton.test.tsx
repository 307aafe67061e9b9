import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { renderPart } from '@/test/render';
import { GatedButton } from './GatedButton';

describe('a button whose action is not permitted', () => {
  it('stays reachable, says why, and does nothing', () => {
    const onClick = vi.fn();
    renderPart(
      <GatedButton isAllowed={false} reason="Only owners may do this." onClick={onClick}>
        Export
      </GatedButton>,
    );
    const button = screen.getByRole('button', { name: 'Export' });
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(button.hasAttribute('disabled')).toBe(false);
    const reasonId = button.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(reasonId)?.textContent).toBe('Only owners may do this.');
    button.click();
    expect(onClick).not.toHaveBeenCalled();
  });

  it('is an ordinary button to those who may', () => {
    const onClick = vi.fn();
    renderPart(
      <GatedButton isAllowed reason="unused" onClick={onClick}>
        Export
      </GatedButton>,
    );
    screen.getByRole('button', { name: 'Export' }).click();
    expect(onClick).toHaveBeenCalledOnce();
  });
});
