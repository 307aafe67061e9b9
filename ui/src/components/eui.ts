/** The identifiers of radio devices as people type and paste them. */

const DIGITS = 16;
const SEPARATORS = /[-:._\s]/g;

export type EuiReading =
  | { eui: string }
  | { fault: 'empty' | 'character' | 'length'; found: string };

/** The same reading the server makes of what was typed: any notation, any case, 16 digits. */
export function readEui(typed: string): EuiReading {
  const digits = typed.trim().replace(/^0x/i, '').replace(SEPARATORS, '');
  if (digits === '') return { fault: 'empty', found: '' };
  const stranger = [...digits].find((character) => !/[0-9a-f]/i.test(character));
  if (stranger) return { fault: 'character', found: stranger };
  if (digits.length !== DIGITS) return { fault: 'length', found: String(digits.length) };
  return { eui: digits.toUpperCase() };
}
