import type { TFunction } from 'i18next';
import type { FieldError } from '@/api/problem';

/**
 * What can be wrong with a field: the key of our words, called as the server's code for it, and the
 * server's sentence. A server that names the code is understood whatever its sentence says.
 */
const faults = [
  { key: 'empty', pattern: /^must not be empty$/ },
  { key: 'tooShort', pattern: /^must have at least (?<n>\d+) characters$/ },
  { key: 'tooLong', pattern: /^must have at most (?<n>\d+) characters$/ },
  { key: 'tooMany', pattern: /^(?:must have )?at most (?<n>\d+) (?:entries|can be agreed)$/ },
  {
    key: 'outOfRange',
    pattern: /^must be (?:a whole number )?from (?<min>\d+) to (?<max>\d+)$/,
  },
  { key: 'aboveTenantLimit', pattern: /^must be at most (?<n>\d+), the tenant's$/ },
  { key: 'invalidEmail', pattern: /^must be an e-mail address$/ },
  { key: 'invalidSlug', pattern: /^must be lower-case letters and digits/ },
  { key: 'invalidCharacters', pattern: /^must not contain (?:control or invisible|U\+0000)/ },
  { key: 'invalidNetwork', pattern: /^"(?<it>.*)" is neither an address nor a network/ },
  { key: 'unknownScope', pattern: /^"(?<it>.*)" is not a scope$/ },
  { key: 'noScope', pattern: /^must name at least one scope$/ },
  { key: 'unknownChoice', pattern: /^must be one of: |^unknown variant / },
  { key: 'platformOnly', pattern: /^(?:the role )?exists in the platform tenant only$/ },
  { key: 'notInFuture', pattern: /^must lie in the future$/ },
  { key: 'guessable', pattern: /^is among the first that an attacker tries$/ },
  { key: 'containsAccountName', pattern: /^must not contain the name of the account$/ },
  { key: 'wrongPassword', pattern: /^is not your present password$/ },
  { key: 'nameNeeded', pattern: /^is needed for a new account$/ },
  { key: 'reasonNeeded', pattern: /^is needed to enter a tenant/ },
  { key: 'missing', pattern: /^missing field / },
  // A number too large for any field, a date that is none: the reader of JSON speaks, not the form.
  {
    key: 'unreadable',
    pattern: /^(?:invalid (?:type|value)|premature end|input (?:contains|is)) ?/,
  },
] as const;
type Fault = (typeof faults)[number];
type Values = { n?: string; min?: string; max?: string; it?: string };

/** What our words repeat from the sentence; its numbers stand in the same order as theirs. */
const repeated: Partial<Record<Fault['key'], readonly (keyof Values)[]>> = {
  tooShort: ['n'],
  tooLong: ['n'],
  tooMany: ['n'],
  outOfRange: ['min', 'max'],
  aboveTenantLimit: ['n'],
  invalidNetwork: ['it'],
  unknownScope: ['it'],
};

function values({ key, pattern }: Fault, message: string): Values | null {
  const names = repeated[key] ?? [];
  const match = pattern.exec(message);
  if (match) return { ...match.groups };
  // The sentence was reworded, but the code is known: what is repeated are its numbers or its quote.
  const found = names[0] === 'it' ? message.match(/(?<=").*(?=")/) : message.match(/\d+/g);
  if (names.length > (found?.length ?? 0)) return null;
  return Object.fromEntries(names.map((name, index) => [name, found?.[index] ?? '']));
}

/** `too_long` is our `tooLong`: texts cannot be called `too_many`, which would be a plural form. */
const keyOf = (code: string) => code.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A field's error in the reader's language; what is not known stays as the server said it. */
export function fieldMessage(t: TFunction, { code, message }: Omit<FieldError, 'field'>): string {
  const named = code ? faults.find(({ key }) => key === keyOf(code)) : undefined;
  const fault =
    named && values(named, message) ? named : faults.find(({ pattern }) => pattern.test(message));
  if (!fault) return message;
  return t(`errors.fields.${fault.key}`, values(fault, message) ?? {});
}
