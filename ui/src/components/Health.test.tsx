import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderPart } from '@/test/render';
import { Battery, LastSeen, Signal } from './Health';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const shown = () => document.body.textContent ?? '';

describe('what is shown of a device’s health', () => {
  it('is nothing made up where nothing was heard', () => {
    renderPart(
      <>
        <LastSeen device={{ last_seen_at: null, silent_at: null }} />
        <Battery device={{ battery_percent: null, battery_volts: null, is_battery_low: false }} />
        <Signal rssi={null} snr={null} />
      </>,
    );
    expect(screen.getByText('Never heard')).toBeDefined();
    expect(screen.getAllByText('Not reported')).toHaveLength(2);
    expect(shown()).not.toMatch(/\d/);
  });

  it('says silent only from the instant the server names', () => {
    renderPart(<LastSeen device={{ last_seen_at: ago(30), silent_at: ago(-5) }} />);
    expect(shown()).not.toContain('Silent');
    renderPart(<LastSeen device={{ last_seen_at: ago(30), silent_at: ago(5) }} />);
    expect(screen.getByText('Silent')).toBeDefined();
  });

  it('tells an empty battery from an unknown one', () => {
    renderPart(
      <Battery device={{ battery_percent: 0, battery_volts: 2.9, is_battery_low: true }} />,
    );
    expect(shown()).toContain('0 %');
    expect(shown()).toContain('low');
    expect(shown()).toContain('2.9 V');
  });
});
