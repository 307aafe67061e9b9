import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { qrPath } from './qr';

/** What a camera would see: the path painted, so many pixels a module. */
function painted(path: string, side: number, scale = 4) {
  const width = side * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const from = (row * width + Number(x) * scale) * 4;
      for (let at = from; at < from + Number(length) * scale * 4; at += 4) data.fill(0, at, at + 3);
    }
  }
  return { width, height: width, data };
}

describe('a code', () => {
  it.each([
    'https://parking.example.org/b/019a2f3c-7d1e-7c3a-9f00-0123456789ab',
    'http://127.0.0.1:8000/b/x',
  ])('reads back as %s', (text) => {
    const { side, path } = qrPath(text);
    expect(decodeQR(painted(path, side))).toBe(text);
  });
});
