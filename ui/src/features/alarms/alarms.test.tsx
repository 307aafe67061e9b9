import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '@/api/types';
import { renderPart } from '@/test/render';
import { AlarmStatus } from './AlarmStatus';
import { wireQuery } from './queries';

const alarm: Alarm = {
  id: 'a',
  tenant_id: 't',
  tenant_name: 'North',
  kind: 'device_silent',
  severity: 'warning',
  is_open: true,
  subject_type: 'device',
  subject_id: 'd',
  subject_name: 'Sensor 1',
  raised_at: '2026-11-21T10:00:00Z',
  is_muted: false,
  children_count: 0,
  comments_count: 0,
  evidence: {},
};

describe('the status of an alarm', () => {
  it('says who sees to it before it says that it is muted', () => {
    renderPart(
      <AlarmStatus
        alarm={{
          ...alarm,
          acknowledged_at: '2026-11-21T10:05:00Z',
          acknowledged_by: 'Ada',
          is_muted: true,
          muted_until: '2026-11-22T10:00:00Z',
        }}
      />,
    );
    expect(screen.getByText('Taken on by Ada')).toBeTruthy();
    expect(screen.getByText(/Muted until/)).toBeTruthy();
  });

  it('names the outage that explains it, and that it is getting better', () => {
    renderPart(
      <AlarmStatus
        alarm={{ ...alarm, parent_name: 'Roof', recovering_since: '2026-11-21T11:00:00Z' }}
      />,
    );
    expect(screen.getByText('Because of Roof')).toBeTruthy();
    expect(screen.getByText('Heard again; over once it stays so')).toBeTruthy();
  });

  it('says why it is over', () => {
    renderPart(
      <AlarmStatus
        alarm={{
          ...alarm,
          is_open: false,
          cleared_at: '2026-11-21T12:00:00Z',
          clear_reason: 'reassigned',
        }}
      />,
    );
    expect(screen.getByText(/at another bay/)).toBeTruthy();
  });
});

describe('the list of alarms', () => {
  const page = { page: 1, page_size: 25 };

  it('holds what is open and no outage explains, unless the address says otherwise', () => {
    expect(wireQuery(page)).toMatchObject({ status: 'open', include_explained: false });
    expect(wireQuery({ ...page, explained: 'true' }).include_explained).toBeUndefined();
    expect(wireQuery({ ...page, status: 'all' }).status).toBeUndefined();
  });

  it('of one device or gateway holds all of it', () => {
    expect(wireQuery({ ...page, device_id: 'd' }).include_explained).toBeUndefined();
  });
});
