/** Two people at one form: what the other one changed, and what that means for what was typed. */

export type Clash<Field extends string> = {
  field: Field;
  /** Both changed it, to different things. */
  isBoth: boolean;
};

const same = (one: unknown, other: unknown) =>
  JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** The fields in which a thing differs from how one's form began. */
export function clashes<Values extends object>(
  base: Values,
  theirs: Values,
  mine: Values,
  fields: readonly (keyof Values & string)[],
): Clash<keyof Values & string>[] {
  return fields
    .filter((field) => !same(base[field], theirs[field]))
    .map((field) => ({
      field,
      isBoth: !same(base[field], mine[field]) && !same(theirs[field], mine[field]),
    }));
}

/** Mine where I typed, theirs elsewhere. */
export function merged<Values extends object>(
  base: Values,
  theirs: Values,
  mine: Values,
  fields: readonly (keyof Values & string)[],
): Values {
  const both = { ...theirs };
  for (const field of fields) if (!same(base[field], mine[field])) both[field] = mine[field];
  return both;
}
