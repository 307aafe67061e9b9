/** The UI's own texts, so that tests speak its words and notice when a key shows instead of them. */
import { readFileSync } from 'node:fs';

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../ui/src/i18n/${name}.json`, import.meta.url), 'utf8'));
const books = { en: read('en'), fr: read('fr') };

/** The text of a key. `{{name}}` is filled in from `values`. */
export function text(language, key, values = {}) {
  const found = key.split('.').reduce((node, part) => node?.[part], books[language]);
  if (typeof found !== 'string') throw new Error(`no text ${key} in ${language}.json`);
  return found.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]));
}

export const en = (key, values) => text('en', key, values);
export const fr = (key, values) => text('fr', key, values);

function flatten(node, prefix = '') {
  return Object.entries(node).flatMap(([name, value]) => {
    const key = prefix ? `${prefix}.${name}` : name;
    return typeof value === 'string'
      ? [key, key.replace(/_(one|other|many)$/, '')]
      : [key, ...flatten(value, key)];
  });
}

const keys = new Set(flatten(books.en).filter((key) => key.includes('.')));

/** Words in a text that are keys of the texts: what a reader sees when a text is missing. */
export function rawKeysIn(shown) {
  const words = shown.match(/\b[a-z]\w*(?:\.[\w:*]+)+/gi) ?? [];
  return [...new Set(words.filter((word) => keys.has(word)))];
}
