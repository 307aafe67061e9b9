import { describe, expect, it } from 'vitest';
import { readEui } from './eui';

describe('an identifier', () => {
  it.each([
    '0004a30b001c0530',
    '00-04-A3-0B-00-1C-05-30',
    '00:04:a3:0b:00:1c:05:30',
    ' 0x0004A30B001C0530 ',
    '0004.a30b.001c.0530',
  ])('is read from %s', (typed) => {
    expect(readEui(typed)).toEqual({ eui: '0004A30B001C0530' });
  });

  it('that is none says what is wrong', () => {
    expect(readEui(' - ')).toEqual({ fault: 'empty', found: '' });
    expect(readEui('0004A30B001C053O')).toEqual({ fault: 'character', found: 'O' });
    expect(readEui('0004A30B001C')).toEqual({ fault: 'length', found: '12' });
  });
});
