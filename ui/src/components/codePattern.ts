/**
 * What codes a pattern stands for, for the preview while one types. The server reads it again and is
 * the judge (parking-domain/bays.rs); what is not understood here may still be understood there.
 */
export const CODES_MAX = 2_000;

export type Preview =
  | { kind: 'empty' | 'unclear' | 'too_many' }
  | { kind: 'twice'; code: string }
  | { kind: 'codes'; codes: string[] };

class Unclear extends Error {}
class TooMany extends Error {}

export function preview(pattern: string): Preview {
  try {
    const codes: string[] = [];
    for (const part of split(pattern)) {
      codes.push(...expandPart(part));
      if (codes.length > CODES_MAX) throw new TooMany();
    }
    if (codes.length === 0) return { kind: 'empty' };
    const seen = new Set<string>();
    for (const code of codes) {
      if (seen.has(code)) return { kind: 'twice', code };
      seen.add(code);
    }
    return { kind: 'codes', codes };
  } catch (error) {
    return { kind: error instanceof TooMany ? 'too_many' : 'unclear' };
  }
}

/** At commas, semicolons and line ends, but not inside of brackets. */
function split(pattern: string): string[] {
  const parts = [''];
  let isInside = false;
  for (const c of pattern) {
    if (c === '[' || c === ']') {
      if (isInside === (c === '[')) throw new Unclear();
      isInside = c === '[';
    }
    if (!isInside && (c === ',' || c === ';' || c === '\n')) parts.push('');
    else parts[parts.length - 1] += c;
  }
  if (isInside) throw new Unclear();
  return parts.map((part) => part.trim()).filter(Boolean);
}

function expandPart(part: string): string[] {
  if (part.includes('[')) return expandBrackets(part);
  const ends = /^(.*?)\s*(?:…|\.\.\.|\.\.)\s*(.*)$/s.exec(part);
  return ends ? expandEnds(ends[1] ?? '', ends[2] ?? '') : [part];
}

/** `A-001…A-120`, `A-001…120`, `P7b…P9b`, with `/2` behind for every second one. */
function expandEnds(from: string, to: string): string[] {
  const [, prefix = '', first = '', suffix = ''] = /^(.*?)(\d+)(\D*)$/s.exec(from) ?? [];
  const rest = to.startsWith(prefix) ? to.slice(prefix.length) : to;
  const [, last = '', tail = ''] = /^(\d+)(.*)$/s.exec(rest) ?? [];
  if (!first || !last) throw new Unclear();
  const behind = (tail.startsWith(suffix) ? tail.slice(suffix.length) : tail).trim();
  const step = /^(?:\/\s*(\d+))?$/.exec(behind);
  if (!step) throw new Unclear();
  return numbers(first, last, Number(step[1] ?? 1)).map((one) => `${prefix}${one}${suffix}`);
}

function expandBrackets(part: string): string[] {
  let texts = [''];
  for (const [, plain = '', inside] of part.matchAll(/([^[\]]*)(?:\[([^\]]*)\])?/g)) {
    const choices = inside === undefined ? [''] : expandChoices(inside);
    if (texts.length * choices.length > CODES_MAX) throw new TooMany();
    texts = texts.flatMap((text) => choices.map((choice) => text + plain + choice));
  }
  return texts;
}

function expandChoices(inside: string): string[] {
  return inside.split(/[,;]/).flatMap((range) => {
    const [ends = '', step = '1'] = range.split('/', 2).map((text) => text.trim());
    const [first = '', last = first] = ends.split(/…|\.\.\.|\.\.|-|–/, 2).map((end) => end.trim());
    const by = /^\d+$/.test(step) ? Number(step) : 0;
    if (/^\d+$/.test(first) && /^\d+$/.test(last)) return numbers(first, last, by);
    const isSameCase = /^[a-z]{2}$|^[A-Z]{2}$/.test(first + last);
    if (first.length === 1 && isSameCase) return letters(first, last, by);
    throw new Unclear();
  });
}

/** From the first to the last, at least as wide as the first is written. */
function numbers(first: string, last: string, step: number): string[] {
  const [from, to] = [Number(first), Number(last)];
  if (from > to || step < 1 || to > 0xffff_ffff) throw new Unclear();
  const count = Math.floor((to - from) / step) + 1;
  if (count > CODES_MAX) throw new TooMany();
  return Array.from({ length: count }, (_, n) =>
    String(from + n * step).padStart(first.length, '0'),
  );
}

function letters(first: string, last: string, step: number): string[] {
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  if (from > to || step < 1) throw new Unclear();
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, n) => String.fromCharCode(from + n * step));
}
