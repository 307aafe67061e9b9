import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { actingColours, type Palette, palettes, spaceStates, tenantColours } from './tokens';

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const grounds: (keyof Palette)[] = ['canvas', 'surface', 'raised', 'sunken'];
const inks: (keyof Palette)[] = ['ink', 'inkSoft', 'inkFaint', 'link'];
const pairs: [keyof Palette, keyof Palette][] = [
  ...inks.flatMap((ink) => grounds.map((ground): [keyof Palette, keyof Palette] => [ink, ground])),
  ['onBrand', 'brand'],
  ['onBrand', 'brandHover'],
  ['onBrand', 'brandActive'],
  ['onDanger', 'danger'],
  ['link', 'brandSoft'],
  ['danger', 'dangerSoft'],
  ['danger', 'surface'],
  ['warning', 'warningSoft'],
  ['success', 'successSoft'],
  ['info', 'infoSoft'],
  ['ink', 'infoSoft'],
  ['inkSoft', 'brandSoft'],
  ['navInk', 'nav'],
  ['navInk', 'navHover'],
  ['navInkStrong', 'navActive'],
  ['onTooltip', 'tooltip'],
];

describe.each(['light', 'dark'] as const)('the %s scheme', (scheme) => {
  const palette = palettes[scheme];

  it.each(pairs)('%s on %s is readable (AA)', (ink, ground) => {
    expect(contrast(palette[ink], palette[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['lineStrong', 'focus'] as const)('%s stands out as a border', (line) => {
    for (const ground of ['surface', 'canvas'] as const) {
      expect(contrast(palette[line], palette[ground])).toBeGreaterThanOrEqual(
        line === 'focus' ? 3 : 2.7,
      );
    }
  });

  it('every state of a bay stands out on the ground', () => {
    for (const mark of Object.values(spaceStates)) {
      expect(contrast(mark[scheme], palette.surface)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('is the one painted before the application starts', () => {
    expect(readFileSync('public/theme-init.js', 'utf8')).toContain(palette.canvas);
  });
});

describe('marks', () => {
  it('states differ by shape, not only by colour', () => {
    const shapes = Object.values(spaceStates).map(({ shape }) => shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('white reads on every tenant colour, and black on the road sign', () => {
    for (const colour of tenantColours)
      expect(contrast('#ffffff', colour)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(actingColours.onSign, actingColours.sign)).toBeGreaterThanOrEqual(7);
  });
});
