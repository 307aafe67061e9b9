import { describe, expect, it } from 'vitest';
import { type Found, nextPage } from './bookingPages';

/** Reservations in the order of their bays, in pages of so many. */
function pagesOf(bays: number[], size: number): Found[] {
  const pages: Found[] = [];
  for (let at = 0; at < bays.length; at += size) {
    const held = bays.slice(at, at + size);
    pages.push({ page: pages.length + 1, first: held[0] ?? 0, last: held.at(-1) ?? 0 });
  }
  return pages;
}

/** Asks until everything is there; answers which pages were asked for. */
function asked(wanted: number[], all: Found[], bays: number): number[] {
  const found: Found[] = [];
  for (let page = nextPage(wanted, found, { pages: all.length, bays }); page !== null; ) {
    const next = all[page - 1];
    if (!next || found.includes(next)) throw new Error(`asked for page ${page} in vain`);
    found.push(next);
    page = nextPage(wanted, found, { pages: all.length, bays });
  }
  return found.map(({ page }) => page);
}

const spread = (bays: number, each: number) =>
  Array.from({ length: bays * each }, (_, n) => Math.floor(n / each));

describe('pages of reservations', () => {
  it('of a site with few are one page', () => {
    expect(asked([0, 1, 2], pagesOf(spread(3, 4), 500), 3)).toEqual([1]);
  });

  it('of a site with none are none', () => {
    expect(nextPage([0, 1], [], { pages: 0, bays: 2 })).toBeNull();
  });

  it('are asked for where the bays in sight are, of however many', () => {
    const all = pagesOf(spread(5000, 35), 500);
    expect(all).toHaveLength(350);
    expect(asked([0, 1, 2, 3], all, 5000).length).toBeLessThan(3);
    expect(asked([2500, 2501, 2502], all, 5000).length).toBeLessThan(4);
    expect(asked([4998, 4999], all, 5000).length).toBeLessThan(4);
  });

  it('are found also if all of them are of a few bays', () => {
    const crowded = [...spread(3, 2000), ...Array.from({ length: 200 }, (_, n) => 3 + n * 20)];
    const all = pagesOf(crowded, 500);
    const found = asked([1], all, 4003);
    for (const { page, first, last } of all)
      if (first <= 1 && 1 <= last) expect(found).toContain(page);
    expect(asked([3900], all, 4003).length).toBeLessThanOrEqual(all.length);
  });

  it('hold every reservation of the bays in sight, however they are spread', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    for (let round = 0; round < 300; round += 1) {
      const bays = 1 + Math.floor(random() * 60);
      const held = Array.from({ length: bays }, (_, bay) =>
        Array.from({ length: Math.floor(random() ** 3 * 30) }, () => bay),
      ).flat();
      const size = 1 + Math.floor(random() * 9);
      const wanted = [Math.floor(random() * bays), Math.floor(random() * bays)];
      const found = asked(wanted, pagesOf(held, size), bays);
      for (const [at, bay] of held.entries()) {
        const page = Math.floor(at / size) + 1;
        if (wanted.includes(bay)) expect(found, `round ${round}, bay ${bay}`).toContain(page);
      }
    }
  });
});
