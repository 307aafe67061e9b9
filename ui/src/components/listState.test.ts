import { describe, expect, it } from 'vitest';
import { readListQuery } from './listState';

const read = (search: string) => readListQuery(new URLSearchParams(search), ['role'] as const);

describe('a list in the URL', () => {
  it('is read back as it was written', () => {
    expect(read('page=3&page_size=50&sort=-name&q=ada&role=owner').query).toEqual({
      page: 3,
      page_size: 50,
      sort: '-name',
      q: 'ada',
      role: 'owner',
    });
  });

  it('ignores what it does not know', () => {
    expect(read('invite=1&other=x').query).toEqual({ page: 1, page_size: 25 });
  });

  it.each(['page=0', 'page=-1', 'page=x', 'page=1.5', 'page_size=100000', 'page=9e99'])(
    'falls back where %s is nonsense',
    (search) => {
      expect(read(search).query).toEqual({ page: 1, page_size: 25 });
    },
  );
});
