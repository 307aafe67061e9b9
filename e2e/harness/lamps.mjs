/** Lamps, as the tests look at them. */

/** Waits until a part of a lamp's sign is drawn or filled in a colour. */
async function hasColour(part, property, color) {
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  await part.waitFor();
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await part.evaluate((circle, property) => circle.style[property], property);
    if (found === `rgb(${red}, ${green}, ${blue})`) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the ${property} of the lamp's sign never was ${color}`);
}

/** Waits until the ring, which is what a lamp should show, has a colour. */
export const hasRing = (ring, color) => hasColour(ring, 'stroke', color);

/** Waits until the middle, which is what it says that it shows, has a colour. */
export const hasFill = (middle, color) => hasColour(middle, 'fill', color);
