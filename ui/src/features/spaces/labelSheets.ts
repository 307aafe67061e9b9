/** How labels lie on sheets of A4 paper, in millimetres. */
export const labelSizes = ['small', 'medium', 'large'] as const;
export type LabelSize = (typeof labelSizes)[number];

/** Sizes in which sheets of stickers are sold: 24 and 8 a sheet; and a sign that is half a sheet. */
export const layouts: Record<LabelSize, { columns: number; rows: number; height: number }> = {
  small: { columns: 3, rows: 8, height: 37 },
  medium: { columns: 2, rows: 4, height: 74 },
  large: { columns: 1, rows: 2, height: 148 },
};

export const perSheet = (size: LabelSize): number => layouts[size].columns * layouts[size].rows;

/** Labels in sheets; the first `skipped` places of the first sheet were used up before. */
export function sheetsOf<Label>(
  labels: readonly Label[],
  size: LabelSize,
  skipped: number,
): (Label | null)[][] {
  const each = perSheet(size);
  const gone = Math.min(Math.max(0, skipped), each - 1);
  const places = [...Array.from({ length: gone }, () => null), ...labels];
  if (labels.length === 0) return [];
  return Array.from({ length: Math.ceil(places.length / each) }, (_, n) =>
    places.slice(n * each, (n + 1) * each),
  );
}
