/**
 * Which page of a site's reservations to ask for next. They come in the order of their bays, so that a page
 * found tells on which side of it other bays are: of thousands only what is in sight is asked for.
 */

/** A page that came, and the places of its first and last bay among all bays of the site. */
export type Found = { page: number; first: number; last: number };

type Range = { low: number; high: number; left: number; right: number };

/** Between which pages the reservations of a bay lie, both excluded, and which bays those end at. */
function rangeOf(bay: number, found: readonly Found[], pages: number, bays: number): Range {
  const range: Range = { low: 0, high: pages + 1, left: -1, right: bays };
  for (const { page, first, last } of found) {
    if (first < bay && page - 1 > range.low) Object.assign(range, { low: page - 1, left: first });
    if (last < bay && page > range.low) Object.assign(range, { low: page, left: last });
    if (last > bay && page + 1 < range.high) Object.assign(range, { high: page + 1, right: last });
    if (first > bay && page < range.high) Object.assign(range, { high: page, right: first });
  }
  return range;
}

/** The page to ask for next so that everything of these bays is there, or null once it is. */
export function nextPage(
  wanted: readonly number[],
  found: readonly Found[],
  { pages, bays }: { pages: number; bays: number },
): number | null {
  const here = new Set(found.map(({ page }) => page));
  for (const bay of wanted) {
    const { low, high, left, right } = rangeOf(bay, found, pages, bays);
    const missing: number[] = [];
    for (let page = low + 1; page < high; page += 1) if (!here.has(page)) missing.push(page);
    const [first] = missing;
    if (first === undefined) continue;
    // As if they were spread evenly; each page that comes tells more.
    const part = right > left ? (bay - left) / (right - left) : 0;
    const guess = low + 1 + Math.floor(part * (high - low - 1));
    return missing.reduce(
      (best, page) => (Math.abs(page - guess) < Math.abs(best - guess) ? page : best),
      first,
    );
  }
  return null;
}
