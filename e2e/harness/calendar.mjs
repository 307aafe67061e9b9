/** The calendar of reservations, as the tests draw on it. */
import { en } from './texts.mjs';

/** What stands where in the calendar of a site. */
export function calendarOf(site) {
  const grid = (page) => page.getByRole('grid', { name: en('calendar.label', { site }) });
  const booking = (page, code, who) =>
    grid(page).getByRole('gridcell', { name: new RegExp(`^${code}, .*${who}`) });
  /** A point of the calendar: an hour of a plain day of 24, in the row of a bay. */
  async function point(page, code, hour) {
    const track = grid(page)
      .getByRole('row')
      .filter({ has: page.getByText(code, { exact: true }) })
      .locator('[data-track]');
    const box = await track.boundingBox();
    return [box.x + (box.width * hour) / 24, box.y + box.height / 2];
  }
  return { grid, booking, point };
}

/** Tomorrow at an hour by the clocks of a site; one that is neither skipped nor twice. */
export function tomorrowIn(timeZone, hour) {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(Date.now() + 86_400_000);
  const guess = Date.parse(
    `${day}T${String(Math.floor(hour)).padStart(2, '0')}:${hour % 1 ? '30' : '00'}:00Z`,
  );
  const shown = Number(
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(guess),
  );
  return {
    day,
    at: new Date(guess - ((shown - Math.floor(hour) + 24) % 24) * 3_600_000).toISOString(),
  };
}

/** From one point of the page to another; the button stays down. */
export async function pull(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
}

/** Until the server has said its word, and everything has come. */
export const rests = (page) => page.locator('[role="grid"][aria-busy="false"]').waitFor();
