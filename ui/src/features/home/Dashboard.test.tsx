import type { UseQueryResult } from '@tanstack/react-query';
import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import type { Dashboard as Figures } from '@/api/types';
import { renderPart } from '@/test/render';
import { Dashboard } from './Dashboard';

const serving = { total: 3, assigned: 1, unassigned: 2 };
const check = (status: 'ok' | 'warning' | 'failed') => ({
  status,
  detail: '',
  checked_at: '2027-01-18T12:00:00Z',
  age_seconds: 0,
});

const figures: Figures = {
  as_of: '2027-01-18T12:00:00Z',
  tenant_id: 't',
  tenant_scope: 'tenant',
  is_cross_tenant: false,
  counts: { sites: 150, spaces: 4, devices: 3, gateways: 2, users: 1 },
  occupancy: { total: 4, free: 1, occupied: 2, reserved: 0, maintenance: 0, unknown: 1 },
  sites: [
    {
      tenant_id: 't',
      tenant_name: 'Northgate',
      id: 's',
      name: 'Quay',
      timezone: 'Europe/Paris',
      occupancy: { total: 4, free: 1, occupied: 2, reserved: 0, maintenance: 0, unknown: 1 },
    },
  ],
  devices: { ...serving, sensors: serving, displays: serving },
  attention: [],
  gateways: { total: 2, online: 1, offline: 1, never_seen: 0 },
  unheard_gateways: [{ tenant_id: 't', id: 'g', eui: 'A8', name: 'Roof', last_seen_at: null }],
  recent: [
    {
      tenant_id: 't',
      at: '2027-01-18T12:00:00Z',
      kind: 'space.created',
      count: 24,
      subject_type: 'space',
      subject_id: 'a',
      name: 'A-1',
      site_name: 'Quay',
      text: '24 bays created at Quay',
    },
    {
      tenant_id: 't',
      at: '2027-01-18T11:00:00Z',
      kind: 'tariff.raised',
      count: 1,
      subject_type: 'tariff',
      subject_id: 'b',
      name: null,
      site_name: null,
      text: 'Tariff raised',
    },
  ],
  system: {
    status: 'degraded',
    checks: { database: check('ok'), jobs: check('warning'), disk: check('ok') },
  },
};

type Query = UseQueryResult<Figures>;

function show(data: Figures | undefined, more: Partial<Query> = {}) {
  const query = { data, error: null, isFetching: false, isRefetchError: false, refetch: vi.fn() };
  renderPart(<Dashboard query={{ ...query, ...more } as Query} />);
}

describe('the dashboard', () => {
  it('says which part of the server lags behind, and nothing of those that do not', () => {
    show(figures);
    expect(screen.getByText('Background work is late')).toBeDefined();
    expect(screen.queryByText('The disk is nearly full')).toBeNull();
  });

  it('says from when old figures are when they could not be renewed', () => {
    show(figures, { isRefetchError: true });
    expect(screen.getByText(/As of .*could not refresh/)).toBeDefined();
  });

  it('says what went wrong when there is nothing to show', () => {
    show(undefined, { error: new Problem({ status: 500, code: 'surprise' }) } as Partial<Query>);
    expect(screen.getByText(/The server failed/)).toBeDefined();
  });

  it('names what happened in the reader’s words, and in the server’s where there are none', () => {
    show(figures);
    expect(screen.getByText('Bay created (24 times)')).toBeDefined();
    expect(screen.getByText('Tariff raised')).toBeDefined();
  });

  it('says that nothing needs attention, and that there are more sites than it shows', () => {
    show(figures);
    expect(screen.getByText('Every device is heard, charged and at work.')).toBeDefined();
    expect(screen.getByRole('link', { name: /1 largest of 150 sites/ })).toBeDefined();
  });
});
