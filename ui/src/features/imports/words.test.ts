import { renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { RowMessage } from '@/api/types';
import { useImportWords } from './words';

const said = (code: RowMessage['code'], field: string | null, message: string) =>
  renderHook(() => useImportWords()).result.current.message({ code, field, message });

describe('what is wrong with a row', () => {
  it('is said in our words, with the server’s numbers', () => {
    expect(said('unreadable', 'dev_eui', 'must have 16 hexadecimal digits; this has 6')).toBe(
      'DevEUI: Must have 16 hexadecimal digits; this has 6.',
    );
    expect(said('required', 'code', 'must not be empty')).toBe('Code: Must not be empty.');
    expect(said('repeated', 'code', 'line 7 says the same')).toBe('Line 7 says the same.');
    expect(said('limit_reached', null, 'the limit of 500 bays is reached; 490 are in use')).toBe(
      'The limit of 500 is reached; 490 are in use.',
    );
    expect(
      said(
        'code_taken',
        'code',
        'is there already and differs in: name, is_reservable; an import changes nothing',
      ),
    ).toBe('Is there already and differs in: Name, Bookable. An import changes nothing.');
    expect(said('code_taken', 'code', 'codes are taken: A-1')).toBe(
      'The site has a bay of this code already.',
    );
  });
});
