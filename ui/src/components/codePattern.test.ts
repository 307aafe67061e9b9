import { describe, expect, it } from 'vitest';
import { preview } from './codePattern';

const codes = (pattern: string) => {
  const found = preview(pattern);
  return found.kind === 'codes' ? found.codes : found;
};

describe('the preview of a pattern', () => {
  it.each(['A-001…A-120', 'A-001..A-120', 'A-001...120', 'A-[001-120]', ' A-001 .. A-120 ,'])(
    '%s is a row of 120 bays',
    (pattern) => {
      const row = codes(pattern);
      expect(row).toHaveLength(120);
      expect(row).toMatchObject({ 0: 'A-001', 119: 'A-120' });
    },
  );

  it.each([
    ['8..11', ['8', '9', '10', '11']],
    ['1/01..1/03', ['1/01', '1/02', '1/03']],
    ['P7b..P9b', ['P7b', 'P8b', 'P9b']],
    ['A-1..A-7/3', ['A-1', 'A-4', 'A-7']],
    ['[A-B][1,8-9]', ['A1', 'A8', 'A9', 'B1', 'B8', 'B9']],
    ['X-[01-05/2]', ['X-01', 'X-03', 'X-05']],
    ['A-1, A-3..A-4; Gate\nB-[7-8]', ['A-1', 'A-3', 'A-4', 'Gate', 'B-7', 'B-8']],
  ])('%s reads as the server reads it', (pattern, expected) => {
    expect(codes(pattern)).toEqual(expected);
  });

  it.each([
    [' , ', { kind: 'empty' }],
    ['A-1..A-2001', { kind: 'too_many' }],
    ['[1-100][1-100]', { kind: 'too_many' }],
    ['A-1..A-5, A-3', { kind: 'twice', code: 'A-3' }],
    ['A-1..B-5', { kind: 'unclear' }],
    ['A-9..A-3', { kind: 'unclear' }],
    ['A-[1-5', { kind: 'unclear' }],
    ['[[1]]', { kind: 'unclear' }],
    ['A-1..A-9/0', { kind: 'unclear' }],
    ['A-1..A-99999999999', { kind: 'unclear' }],
  ])('%s is left to the server', (pattern, expected) => {
    expect(codes(pattern)).toEqual(expected);
  });
});
