import type { FormInstance } from 'antd';
import type { TFunction } from 'i18next';
import { asProblem } from '@/api/problem';
import { fieldMessage } from './fieldMessage';

/**
 * Puts a refusal's field errors beside their fields and says which were placed; the rest belongs in
 * the alert above the form.
 */
export function placeFieldErrors<Values extends object>(
  t: TFunction,
  form: FormInstance<Values>,
  error: unknown,
  fields: readonly (keyof Values & string)[],
): string[] {
  const byField = new Map<keyof Values & string, string[]>();
  for (const { field, message } of asProblem(error).errors) {
    // "limits.users" belongs to the input "limits" when there is no finer one.
    const known = fields.find(
      (name) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`),
    );
    if (known) byField.set(known, [...(byField.get(known) ?? []), fieldMessage(t, message)]);
  }
  const placed = [...byField].map(([name, errors]) => ({ name, errors }));
  form.setFields(placed as Parameters<FormInstance<Values>['setFields']>[0]);
  // As when the form itself finds a fault: one goes on typing where it has to be mended.
  const first = fields.find((name) => byField.has(name));
  if (first) form.focusField(first as Parameters<typeof form.focusField>[0]);
  return asProblem(error)
    .errors.map(({ field }) => field)
    .filter((field) =>
      fields.some(
        (name) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`),
      ),
    );
}
