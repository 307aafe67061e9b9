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
  alarms: {
    open: 0,
    waiting: 0,
    counts: [],
    newest: [],
  },
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
      name: 'Night',
      site_name: null,
      text: 'Tariff Night raised',
    },
    {
      tenant_id: 't',
      at: '2027-01-18T10:00:00Z',
      kind: 'alarm.raised',
      count: 1,
      subject_type: 'alarm',
      subject_id: 'c',
      name: 'Pier 7',
      site_name: 'Quay',
      text: 'Alarm Pier 7 raised at Quay',
    },
  ],
  system: {
    status: 'degraded',
    checks: {
      database: check('ok'),
      jobs: check('warning'),
      disk: check('ok'),
      spool: check('ok'),
      messages: check('ok'),
    },
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
    expect(screen.getByText('Tariff Night raised')).toBeDefined();
    expect(screen.getByText('Alarm raised: Pier 7')).toBeDefined();
  });

  it('leads from each number to the list of what it counts', () => {
    const kinds = ['silent', 'low_battery', 'never_seen', 'unassigned'] as const;
    show({ ...figures, attention: kinds.map((kind) => ({ kind, count: 7, devices: [] })) });
    const links = screen.getAllByRole('link').map((link) => link.getAttribute('href'));
    for (const kind of kinds) {
      expect(
        links.filter((href) => href?.includes(`attention=${kind}`)),
        kind,
      ).toHaveLength(1);
    }
    expect(screen.getByRole('link', { name: '1 not heard' }).getAttribute('href')).toBe(
      '/gateways?status=offline',
    );
    expect(screen.getByRole('link', { name: /of 2 gateways heard/ }).getAttribute('href')).toBe(
      '/gateways?status=online',
    );
  });

  it('counts alarms by their kind and names the newest, each with a way to it', () => {
    const kind = 'device_silent' as const;
    const severity = 'warning' as const;
    const newest = { id: 'a', tenant_id: 't', tenant_name: 'Northgate', kind, severity };
    show({
      ...figures,
      alarms: {
        open: 7,
        waiting: 2,
        counts: [{ kind, severity, open: 7, waiting: 2 }],
        newest: [
          {
            ...newest,
            subject_type: 'device',
            subject_name: 'Sensor 4',
            site_name: 'Quay',
            raised_at: '2027-01-18T11:00:00Z',
          },
        ],
      },
    });
    const href = (name: string) => screen.getByRole('link', { name }).getAttribute('href');
    const those = '/alarms?kind=device_silent&severity=warning';
    expect(href('Device silent: 7 open')).toBe(`${those}&explained=true`);
    expect(href('Device silent: 2 waiting')).toBe(`${those}&acknowledged=false&muted=false`);
    expect(href('Device silent: Sensor 4')).toBe('/alarms?alarm=a');
    expect(screen.queryByText('Nothing is wrong.')).toBeNull();
  });

  it('says that nothing needs attention, and that there are more sites than it shows', () => {
    show(figures);
    expect(screen.getByText('Every device is heard, charged and at work.')).toBeDefined();
    expect(screen.getByText('Nothing is wrong.')).toBeDefined();
    expect(screen.getByRole('link', { name: /1 largest of 150 sites/ })).toBeDefined();
  });
});
