/** What a tenant keeps with a thing, as rows of a form: each has a key and a text. */
export type KeyValue = { key: string; text: string; value?: unknown };

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

export function rowsOf(metadata: unknown): KeyValue[] {
  return Object.entries((metadata ?? {}) as Record<string, unknown>).map(([key, value]) => ({
    key,
    text: textOf(value),
    value,
  }));
}

/** What is typed is text; a number or a list that a program put there stays one while it is left alone. */
export function metadataOf(
  rows: readonly (KeyValue | undefined)[] | undefined,
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  for (const row of rows ?? []) {
    const key = row?.key?.trim();
    if (!row || !key) continue;
    const isUntouched = row.value !== undefined && textOf(row.value) === row.text;
    metadata[key] = isUntouched ? row.value : (row.text ?? '');
  }
  return metadata;
}
