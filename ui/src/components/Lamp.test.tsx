import { expect, it } from 'vitest';
import { inkOn } from './Lamp';

it('writes on a lamp in whichever of black and white is read better', () => {
  expect(['FFFFFF', '00FF00', 'FFFF00', 'FFA500'].map(inkOn)).toEqual(Array(4).fill('#000000'));
  expect(['000000', '800080', '0000FF'].map(inkOn)).toEqual(Array(3).fill('#ffffff'));
});
