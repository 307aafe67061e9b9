import { describe, expect, it } from 'vitest';
import type { Tenant } from '@/api/types';
import { changeOf } from './change';

const tenant = {
  name: 'A',
  slug: 'a',
  tier: 'basic',
  limit_overrides: { users: 30 },
  features: { displays: true, graphql: false },
} as unknown as Tenant;
const same = { name: 'A', slug: 'a', tier: 'basic' as const };

describe('what an edit sends', () => {
  it('is only what was changed', () => {
    expect(changeOf(tenant, { ...same, limits: { users: 30 }, features: tenant.features })).toEqual(
      {},
    );
    expect(changeOf(tenant, { ...same, name: 'B', limits: { users: 30 } })).toEqual({ name: 'B' });
  });

  it('takes an override away when its field is emptied', () => {
    expect(changeOf(tenant, { ...same, limits: { users: null, sites: 4 } })).toEqual({
      limits: { users: null, sites: 4 },
    });
  });

  it('names only the features that were switched', () => {
    expect(
      changeOf(tenant, {
        ...same,
        limits: { users: 30 },
        features: { displays: false, graphql: false },
      }),
    ).toEqual({ features: { displays: false } });
  });
});
