import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { LampPreview } from '@/api/types';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { ActivateDialog } from './ActivateDialog';

beforeEach(signedIn);

afterEach(() => vi.restoreAllMocks());

const preview = (changed: number): LampPreview => ({
  at: '2026-11-22T10:00:00Z',
  total: 6_000,
  examined: 5_000,
  changed,
  changed_displays: changed,
  sites: [],
  spaces: [],
  left_out: 4_500,
});

it('activates what was previewed, and shows what it has become where somebody changed it', async () => {
  let version = 1;
  const seen: unknown[] = [];
  const tagged = (data: unknown) => ({
    data,
    response: new Response(null, { headers: { etag: `"v${version}"` } }),
  });
  vi.spyOn(api, 'GET').mockImplementation((async () => tagged({ name: 'Night' })) as never);
  vi.spyOn(api, 'POST').mockImplementation((async (
    path: string,
    init: { headers?: Record<string, string> },
  ) => {
    if (path.endsWith('/preview')) return tagged(preview(version));
    const wanted = init.headers?.['if-match'];
    seen.push(wanted);
    if (wanted !== `"v${version}"`) throw new Problem({ status: 412, code: 'precondition_failed' });
    return tagged({ replaced_id: null });
  }) as never);
  const onClose = vi.fn();
  renderPart(<ActivateDialog policyId="p" onClose={onClose} />);
  const dialog = within(await screen.findByRole('dialog', { name: 'Activate Night?' }));
  await dialog.findByText(/1 bay of 5,000 changes/);
  expect(dialog.getByText('The first 5,000 of 6,000 bays were looked at.')).toBeTruthy();

  // While one looks, somebody else changes it.
  version = 2;
  fireEvent.click(dialog.getByRole('button', { name: 'Activate' }));
  await dialog.findByText(/2 bays of 5,000 change/);
  expect(dialog.getByRole('alert').textContent).toContain('changed in the meantime');
  expect(onClose).not.toHaveBeenCalled();

  fireEvent.click(dialog.getByRole('button', { name: 'Activate' }));
  await vi.waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(seen).toEqual(['"v1"', '"v2"']);
});
