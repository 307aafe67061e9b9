import { describe, expect, it } from 'vitest';
import { draftOf, metadataOf } from './values';

describe('a site’s form', () => {
  it('sends what was emptied as nothing, and keeps the slug it has', () => {
    const draft = draftOf({ name: 'Pier', slug: ' ', city: ' ', timezone: 'UTC', is_active: true });
    expect(draft).not.toHaveProperty('slug');
    expect(draft).toMatchObject({ city: null, latitude: null, opening_hours: null, metadata: {} });
  });

  it.each([
    ['', {}],
    ['{"a": 1}', { a: 1 }],
    ['[1]', null],
    ['{a}', null],
    ['null', null],
  ])('reads %s as metadata', (text, value) => {
    expect(metadataOf(text)).toEqual(value);
  });
});
