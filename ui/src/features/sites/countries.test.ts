import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countryCodes, countryOptions } from './countries';

describe('the countries', () => {
  it('are those the server knows', () => {
    const source = readFileSync('../crates/parking-domain/src/places/mod.rs', 'utf8');
    const table = /const COUNTRIES[^=]*= &\[(.*?)\];/s.exec(source)?.[1] ?? '';
    const known = [...table.matchAll(/"(\w+)"/g)].flatMap(([, line]) => line?.match(/../g) ?? []);
    expect(known.length).toBe(249);
    expect(countryCodes).toEqual(known);
  });

  it('are called and ordered in the reader’s language', () => {
    const french = countryOptions('fr');
    expect(french.find(({ value }) => value === 'DE')?.label).toBe('Allemagne');
    expect(french.findIndex(({ value }) => value === 'EG')).toBeLessThan(
      french.findIndex(({ value }) => value === 'FR'),
    );
  });
});
