import { act, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderPart } from '@/test/render';
import { DiffTable } from './DiffTable';

describe('the table of changes', () => {
  it('shows what changed, and the rest on request', () => {
    renderPart(
      <DiffTable before={{ role: 'viewer', ok: true }} after={{ role: 'admin', ok: true }} />,
    );
    expect(screen.getByRole('rowheader', { name: /role/ })).toBeDefined();
    expect(screen.queryByRole('rowheader', { name: /ok/ })).toBeNull();
    act(() => screen.getByRole('checkbox').click());
    expect(screen.getByRole('rowheader', { name: /ok/ })).toBeDefined();
  });

  it('says so when there is nothing to compare', () => {
    renderPart(<DiffTable before={null} after={null} />);
    expect(screen.getByText('This entry changed no values.')).toBeDefined();
  });
});
