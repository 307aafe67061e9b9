import type { TFunction } from 'i18next';

/** The server's sentences about a field, and ours for them. It names no codes for these. */
const known: [pattern: RegExp, say: (t: TFunction, numbers: string[]) => string][] = [
  [/^must not be empty$/, (t) => t('errors.fields.empty')],
  [/^must have at least (\d+) characters$/, (t, [n]) => t('errors.fields.short', { n })],
  [/^must have at most (\d+) characters$/, (t, [n]) => t('errors.fields.long', { n })],
  [
    /^must be a whole number from (\d+) to (\d+)$/,
    (t, [min, max]) => t('errors.fields.range', { min, max }),
  ],
  [/^must be an e-mail address$/, (t) => t('errors.fields.email')],
  [/^must be lower-case letters and digits/, (t) => t('errors.fields.slug')],
  [/^must not contain control or invisible characters$/, (t) => t('errors.fields.invisible')],
  [/^must lie in the future$/, (t) => t('errors.fields.past')],
  [/^is among the first that an attacker tries$/, (t) => t('errors.fields.guessable')],
  [/^must not contain the name of the account$/, (t) => t('errors.fields.ownName')],
  [/^is not your present password$/, (t) => t('errors.fields.wrongPassword')],
  [/^is needed for a new account$/, (t) => t('errors.fields.needed')],
];

/** A field's error in the reader's language; what is not known stays as the server said it. */
export function fieldMessage(t: TFunction, message: string): string {
  for (const [pattern, say] of known) {
    const match = pattern.exec(message);
    if (match) return say(t, match.slice(1));
  }
  return message;
}
