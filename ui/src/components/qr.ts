/** A QR code as one path in a square of so many modules. */
import encodeQR from 'qr';

export type QrPath = { side: number; path: string };

/** Modules left white around the code, as its standard asks. */
const QUIET = 4;

/** With so much redundancy it is read with a scratch or a tyre mark across it. */
export function qrPath(text: string): QrPath {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const runs = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => {
      if (!isDark || row[x - 1]) return [];
      let end = x;
      while (row[end]) end += 1;
      return [`M${x} ${y}h${end - x}v1h${x - end}z`];
    }),
  );
  return { side: rows.length, path: runs.join('') };
}
