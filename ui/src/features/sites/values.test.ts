import { describe, expect, it } from 'vitest';
import { draftOf } from './values';

describe('a site’s form', () => {
  it('sends what was emptied as nothing, and keeps the slug it has', () => {
    const draft = draftOf({ name: 'Pier', slug: ' ', city: ' ', timezone: 'UTC', is_active: true });
    expect(draft).not.toHaveProperty('slug');
    expect(draft).toMatchObject({ city: null, latitude: null, opening_hours: null, metadata: {} });
  });
});
