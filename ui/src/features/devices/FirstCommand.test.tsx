import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ChirpStackReadiness } from '@/api/types';
import { renderPart } from '@/test/render';
import { FirstCommand } from './FirstCommand';

const readiness = (fields: Partial<ChirpStackReadiness>): ChirpStackReadiness => ({
  is_connected: true,
  is_known: true,
  is_disabled: false,
  has_joined: true,
  has_spoken: true,
  ...fields,
});

describe('the first command of a session', () => {
  it('is told by how long a gateway took for it', () => {
    renderPart(<FirstCommand readiness={readiness({ first_txack_ms: 1_240 })} />);
    expect(screen.getByText('First command sent after 1.2 s')).toBeDefined();
  });

  it('counts though it took no time at all, and though another waits by now', () => {
    const sent = { first_txack_ms: 0, command_waits_since: '2027-01-18T14:03:00Z' };
    renderPart(<FirstCommand readiness={readiness(sent)} />);
    expect(screen.getByText('First command sent after 0 s')).toBeDefined();
  });

  it('is waited for where ChirpStack has it, and not told of where there was none', () => {
    renderPart(
      <FirstCommand readiness={readiness({ command_waits_since: '2027-01-18T14:03:00Z' })} />,
    );
    expect(screen.getByText('A command waits for a gateway')).toBeDefined();
    const { container } = renderPart(<FirstCommand readiness={readiness({})} />);
    expect(container.textContent).toBe('');
  });
});
