import type { TFunction } from 'i18next';

/** What can be wrong with a field: the key of our words, and the server's sentence for it. */
const faults = [
  { key: 'empty', pattern: /^must not be empty$/ },
  { key: 'tooShort', pattern: /^must have at least (?<n>\d+) characters$/ },
  { key: 'tooLong', pattern: /^must have at most (?<n>\d+) characters$/ },
  { key: 'tooMany', pattern: /^(?:must have )?at most (?<n>\d+) (?:entries|can be agreed)$/ },
  {
    key: 'outOfRange',
    pattern: /^must be (?:a whole number )?from (?<min>-?\d+) to (?<max>-?\d+)$/,
  },
  { key: 'aboveTenantLimit', pattern: /^must be at most (?<n>\d+), the tenant's$/ },
  { key: 'invalidEmail', pattern: /^must be an e-mail address$/ },
  { key: 'invalidSlug', pattern: /^must be lower-case letters and digits/ },
  { key: 'invalidCharacters', pattern: /^must not contain (?:control or invisible|U\+0000)/ },
  { key: 'invalidNetwork', pattern: /^"(?<it>.*)" is neither an address nor a network/ },
  { key: 'unknownScope', pattern: /^"(?<it>.*)" is not a scope$/ },
  { key: 'noScope', pattern: /^must name at least one scope$/ },
  { key: 'unknownChoice', pattern: /^must be one of: |^unknown variant |^is not a kind of bay$/ },
  { key: 'platformOnly', pattern: /^(?:the role )?exists in the platform tenant only$/ },
  { key: 'notInFuture', pattern: /^must lie in the future$/ },
  { key: 'guessable', pattern: /^is among the first that an attacker tries$/ },
  { key: 'containsAccountName', pattern: /^must not contain the name of the account$/ },
  { key: 'wrongPassword', pattern: /^is not your present password$/ },
  { key: 'nameNeeded', pattern: /^is needed for a new account$/ },
  { key: 'reasonNeeded', pattern: /^is needed to enter a tenant/ },
  { key: 'missing', pattern: /^missing field |^must be given$/ },
  { key: 'coordinatesHalf', pattern: /^latitude and longitude must be given together$/ },
  { key: 'latitude', pattern: /^latitude must be a number from -90 to 90$/ },
  { key: 'longitude', pattern: /^longitude must be a number from -180 to 180$/ },
  { key: 'timezoneNear', pattern: /^must be an IANA time zone .*; did you mean (?<it>.*)\?$/ },
  { key: 'timezone', pattern: /^must be an IANA time zone / },
  { key: 'country', pattern: /^must be a country's two letters / },
  { key: 'hoursSyntax', pattern: /^cannot be read from character (?<n>\d+) on; / },
  { key: 'tooManyBytes', pattern: /^must have at most (?<n>\d+) bytes as JSON$/ },
  { key: 'tooManyBays', pattern: /^must stand for at most (?<n>\d+) bays$/ },
  { key: 'twice', pattern: /^`(?<it>.*)` appears twice$/s },
  { key: 'bracket', pattern: /^`(?<it>.*)`: each `\[` needs a `\]` behind it$/s },
  { key: 'notARange', pattern: /^`(?<it>.*)` must be a number, a letter, or a range of them / },
  { key: 'endsDiffer', pattern: /^`(?<from>.*)` and `(?<to>.*)` must be the same but for / },
  { key: 'backwards', pattern: /^`(?<from>.*)` comes after `(?<to>.*)`$/ },
  { key: 'step', pattern: /^the step `(?<it>.*)` must be a number above 0$/ },
  { key: 'numberTooLong', pattern: /^`(?<it>.*)` has too many digits$/ },
  { key: 'codeFault', pattern: /^`(?<it>.*)`: (?<why>.*)$/s },
  { key: 'levelOfSite', pattern: /^must be a level of the site$/ },
  { key: 'zoneOfSite', pattern: /^must be a zone of the site$/ },
  { key: 'shapeNeedsLevel', pattern: /^needs a level on whose plan it lies$/ },
  { key: 'sameForMany', pattern: /^cannot be the same for many bays$/ },
  { key: 'patternOrList', pattern: /^give either a pattern or a list / },
  { key: 'withPattern', pattern: /^goes with a pattern$/ },
  { key: 'endAfterStart', pattern: /^must lie in the future and after the start$/ },
  { key: 'contradictsForce', pattern: /^contradicts force$/ },
  { key: 'anotherSite', pattern: /^must be another site$/ },
  { key: 'corners', pattern: /^must have (?<min>\d+) to (?<max>\d+) corners; / },
  { key: 'cornerOutside', pattern: /^corner (?<n>\d+) must lie on the plan, / },
  { key: 'flat', pattern: /^must enclose an area$/ },
  {
    key: 'crossing',
    pattern: /^the edges from corner (?<from>\d+) and from corner (?<to>\d+) must not cross$/,
  },
  { key: 'planKind', pattern: /^must be an SVG, PNG or JPEG file; / },
  { key: 'planDamaged', pattern: /^is damaged: / },
  { key: 'planPixels', pattern: /^is (?<min>\d+) by (?<max>\d+) pixels; / },
  { key: 'bytes', pattern: /^must have at most (?<n>\d+) bytes$/ },
  { key: 'svgDoctype', pattern: /^must have no document type and no entities; / },
  { key: 'svgSize', pattern: /^must say its size: / },
  { key: 'svgDeep', pattern: /^must not be nested deeper than (?<n>\d+) elements$/ },
  { key: 'svgMany', pattern: /^must have at most (?<n>\d+) elements and \d+ copies$/ },
  { key: 'appKey', pattern: /^must be 32 hexadecimal digits$/ },
  { key: 'euiLength', pattern: /^must have 16 hexadecimal digits; this has (?<n>\d+)$/ },
  {
    key: 'euiCharacter',
    pattern: /^must be hexadecimal digits; character (?<n>\d+) is (?<it>.*)$/s,
  },
  { key: 'noSuchModel', pattern: /^must be the slug of a model of the catalogue, or / },
  { key: 'notInCatalogue', pattern: /^must be a model of the catalogue$/ },
  { key: 'roleNone', pattern: /^the device can be neither sensor nor display; / },
  { key: 'roleNotSensor', pattern: /^the device is no sensor$/ },
  { key: 'roleNotDisplay', pattern: /^the device is no display$/ },
  { key: 'roleWhich', pattern: /^the device can be sensor and display; say which$/ },
  { key: 'hexBytes', pattern: /^must be 1 to (?<n>\d+) bytes in hexadecimal$/ },
  { key: 'statusContradicts', pattern: /^contradicts (?:assigned_only|include_offline)/ },
  { key: 'notALabel', pattern: /^is neither a LoRaWAN device code / },
  {
    key: 'labelEdition',
    pattern: /^begins with LW: but the edition is (?<it>.*), and only D0 is known$/s,
  },
  { key: 'labelMissing', pattern: /^the (?<it>.*) is missing$/ },
  { key: 'labelProfile', pattern: /^the profile (?<it>.*) must have 8 hexadecimal digits$/s },
  { key: 'labelTwice', pattern: /^the (?<it>.*) appears twice$/ },
  {
    key: 'labelBoth',
    pattern: /^holds both (?<from>\S+) and (?<to>\S+), and does not say which is the DevEUI$/,
  },
  { key: 'labelEui', pattern: /^the (?<it>(?:JoinEUI|DevEUI) ".*") (?<why>must .*)$/s },
  { key: 'keyDigits', pattern: /^must have 32 hexadecimal digits; this has (?<n>\d+)$/ },
  { key: 'degrees', pattern: /^"(?<it>.*)" is not a number of degrees /s },
  { key: 'yesOrNo', pattern: /^"(?<it>.*)" must be yes or no$/s },
  { key: 'notAChoice', pattern: /^"(?<it>.*)" must be one of: (?<why>.*)$/s },
  {
    key: 'cellOutOfRange',
    pattern: /^"(?<it>.*)" must be a whole number from (?<min>\d+) to (?<max>\d+)$/s,
  },
  { key: 'sensorOrDisplay', pattern: /^"(?<it>.*)" must be sensor or display$/s },
  { key: 'fileEmpty', pattern: /^must have a header row$/ },
  { key: 'fileNoRows', pattern: /^has a header row and no rows$/ },
  { key: 'fileRows', pattern: /^must have at most (?<n>\d+) rows$/ },
  { key: 'fileColumns', pattern: /^must have at most (?<n>\d+) columns$/ },
  {
    key: 'fileCell',
    pattern: /^a cell of the row on line (?<n>\d+) has more than (?<max>\d+) characters$/,
  },
  { key: 'fileNotText', pattern: /^is not a text file; / },
  { key: 'fileQuote', pattern: /^the quotation mark opened on line (?<n>\d+) is never closed$/ },
  { key: 'columnMissing', pattern: /^must say where `(?<it>\w+)` is$/ },
  { key: 'webhookUrl', pattern: /^must be an address such as https:/ },
  { key: 'webhookHttps', pattern: /^must begin with https:\/\/$/ },
  { key: 'webhookPassword', pattern: /^must not contain a user name or password; / },
  { key: 'webhookFragment', pattern: /^must not have a part behind #, / },
  { key: 'webhookPrivate', pattern: /^must be on the public internet$/ },
  { key: 'wantedEvent', pattern: /^must be a type of event, / },
  { key: 'items', pattern: /^must have from (?<min>\d+) to (?<max>\d+) items$/ },
  { key: 'lengthOutOfRange', pattern: /^must have from (?<min>\d+) to (?<max>\d+) characters$/ },
  { key: 'numberOutOfRange', pattern: /^must be from (?<min>\d+\.\d+) to (?<max>\d+)$/ },
  { key: 'belowWellAgain', pattern: /^must be less than battery_clear_percent$/ },
  { key: 'member', pattern: /^must be a member of this tenant$/ },
  { key: 'ownSite', pattern: /^must be (?:a site of yours|sites of this tenant)$/ },
  // A number too large for any field, a date that is none: the reader of JSON speaks, not the form.
  {
    key: 'unreadable',
    pattern: /^(?:invalid (?:type|value)|premature end|input (?:contains|is)) ?/,
  },
] as const;

/** What our words repeat from the sentence. */
type Values = Partial<Record<'n' | 'min' | 'max' | 'it' | 'why' | 'from' | 'to', string>>;

/** A field's error in the reader's language; what is not known stays as the server said it. */
export function fieldMessage(t: TFunction, message: string): string {
  for (const { key, pattern } of faults) {
    const match = pattern.exec(message);
    if (!match) continue;
    const values: Values = { ...match.groups };
    // What is wrong with one code of many is a sentence of its own.
    if (key === 'codeFault' && values.why) values.why = fieldMessage(t, values.why);
    return t(`errors.fields.${key}`, values);
  }
  return message;
}
