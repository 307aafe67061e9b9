import { describe, expect, it } from 'vitest';
import { metadataOf, rowsOf } from './keyValues';

describe('metadata', () => {
  it('that is left alone comes back as it was, whatever it is made of', () => {
    const metadata = { operator: 'City', floors: 3, open: true, tags: ['a', 'b'], none: null };
    expect(metadataOf(rowsOf(metadata))).toEqual(metadata);
  });

  it('that is typed is text, and a row without a key is none', () => {
    const rows = [...rowsOf({ floors: 3 }), { key: ' note ', text: '4' }, { key: ' ', text: 'x' }];
    expect(metadataOf(rows)).toEqual({ floors: 3, note: '4' });
    expect(metadataOf([{ key: 'floors', text: '4', value: 3 }])).toEqual({ floors: '4' });
    expect(metadataOf(undefined)).toEqual({});
  });
});
