/** The first steps of an import. */
import { en } from './texts.mjs';

/** Gives the page a file, by way of the field behind its place for files. */
export async function chooseFile(page, name, text) {
  await page.getByRole('button', { name: en('imports.drop') }).waitFor();
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText(name).waitFor();
}

export async function uploadFile(page) {
  await page.getByRole('button', { name: en('imports.upload') }).click();
  await page.getByRole('heading', { name: en('imports.mapping') }).waitFor();
}

export const rowOf = (page, words) => page.getByRole('row').filter({ hasText: words });
