import { readFileSync } from 'node:fs';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { setLanguage } from '@/i18n';
import { fieldMessage } from './fieldMessage';

const say = (message: string) => fieldMessage(i18next.t, message);

/** Every sentence the server has about a field that a form of ours sends. */
const sentences = [
  'must not be empty',
  '"2026-11-21 08:00" is no time with its offset, such as 2026-11-21T08:00:00Z',
  '"done" must be confirmed or pending',
  'must not be given unless it is pending',
  'must lie in the future and not after 2026-11-21 08:15:00 UTC',
  'must not be given for a site: it holds for the whole tenant',
  'must have at least 10 characters',
  'must have at most 255 characters',
  'must have at most 50 entries',
  'at most 50 can be agreed',
  'must be a whole number from 0 to 1000000000',
  'must be from 1 to 100000',
  'must be from 0 to 168',
  "must be at most 600, the tenant's",
  'must be an e-mail address',
  'must be lower-case letters and digits, with single dashes between them',
  'must not contain control or invisible characters',
  'must not contain U+0000',
  '"10.0.0.0/99" is neither an address nor a network such as 192.0.2.0/24',
  '"doors:open" is not a scope',
  'must name at least one scope',
  'must be one of: viewer, operator, admin, owner',
  'must be one of: en, fr',
  'unknown variant `gold`, expected one of `basic`, `professional`, `enterprise`',
  'exists in the platform tenant only',
  'the role exists in the platform tenant only',
  'must lie in the future',
  'is among the first that an attacker tries',
  'must not contain the name of the account',
  'is not your present password',
  'is needed for a new account',
  'is needed to enter a tenant you are not a member of',
  'missing field `tier`',
  'invalid value: integer `99999999999`, expected i32',
  'invalid type: null, expected a string',
  'premature end of input',
  'input contains invalid characters',
  'must be given',
  'latitude and longitude must be given together',
  'latitude must be a number from -90 to 90',
  'longitude must be a number from -180 to 180',
  'must be an IANA time zone such as Europe/Zurich',
  'must be an IANA time zone such as Europe/Zurich; did you mean Europe/Paris?',
  "must be a country's two letters by ISO 3166-1, such as CH",
  'cannot be read from character 3 on; write it as in Mo-Fr 07:00-22:00; Sa 09:00-20:00',
  'must have at most 16384 bytes as JSON',
  'must stand for at most 2000 bays',
  'must be 32 hexadecimal digits',
  'must have 16 hexadecimal digits; this has 12',
  "must be hexadecimal digits; character 3 is 'x'",
  'must be the slug of a model of the catalogue, or the id of one of your own',
  'must be a model of the catalogue',
  'the device can be neither sensor nor display; give it a model that can',
  'the device is no sensor',
  'the device is no display',
  'the device can be sensor and display; say which',
  'must be 1 to 64 bytes in hexadecimal',
  'contradicts assigned_only or unassigned_only',
  'contradicts include_offline',
  'is neither a LoRaWAN device code (LW:D0:…) nor does it hold a DevEUI',
  'begins with LW: but the edition is "D1", and only D0 is known',
  'the DevEUI is missing',
  'the profile "12" must have 8 hexadecimal digits',
  'the serial number appears twice',
  'holds both 0004A30B001C0530 and 70B3D50000000001, and does not say which is the DevEUI',
  'the DevEUI "00" must have 16 hexadecimal digits; this has 2',
  '`A-3` appears twice',
  '`A-[1-5`: each `[` needs a `]` behind it',
  '`1-x` must be a number, a letter, or a range of them such as 001-120',
  '`A-1` and `B-5` must be the same but for the number at the end',
  '`9` comes after `3`',
  'the step `0` must be a number above 0',
  '`99999999999` has too many digits',
  '`AAAA`: must have at most 50 characters',
  'must be a level of the site',
  'must be a zone of the site',
  'needs a level on whose plan it lies',
  'cannot be the same for many bays',
  'give either a pattern or a list of spaces',
  'goes with a pattern',
  'must lie in the future and after the start',
  'contradicts force',
  'must be another site',
  'is not a kind of bay',
  'must have 3 to 12 corners; this has 2',
  'corner 2 must lie on the plan, from 0 to 1 in both directions',
  'must enclose an area',
  'the edges from corner 1 and from corner 3 must not cross',
  'must be less than battery_clear_percent',
  'must be from 1.5 to 100',
  'must have from 1 to 100 items',
  'must have from 1 to 2000 characters',
  'must be a site of yours',
  'must lie after the start',
  'must lie at least 5 minutes after the start',
  'must lie at most 1440 minutes after the start',
  'must not lie more than 5 minutes in the past',
  'must lie within the next 365 days',
  'must stay what it is, because somebody has checked in',
];

describe('what the server says about a field', () => {
  it('is said in the reader’s language', async () => {
    expect(say('must have at least 10 characters')).toBe('Must have at least 10 characters.');
    await setLanguage('fr');
    expect(say('must have at least 10 characters')).toBe('Doit avoir au moins 10 caractères.');
    expect(say('must be a whole number from 0 to 60')).toBe(
      'Doit être un nombre entier de 0 à 60.',
    );
    expect(say('"10.0.0.0/99" is neither an address nor a network such as 192.0.2.0/24')).toBe(
      '« 10.0.0.0/99 » n’est ni une adresse ni un réseau comme 192.0.2.0/24.',
    );
    await setLanguage('en');
  });

  it.each(sentences)('has words of ours: %s', (sentence) => {
    const said = say(sentence);
    expect(said).not.toBe(sentence);
    expect(said).not.toMatch(/\{\{|errors\.fields/);
  });

  it('leaves out no sentence about texts, passwords, codes of bays, files, webhooks and alarms', () => {
    const sources = [
      ...[
        'text',
        'account',
        'places/mod',
        'bays/mod',
        'bays/patterns',
        'csv_table/mod',
        'webhooks',
      ].map((name) => `parking-domain/src/${name}`),
      'parking-access/src/webhooks/target',
      'parking-estate/src/alarms/recipients',
    ];
    const domain = sources.map((name) => readFileSync(`../crates/${name}.rs`, 'utf8'));
    const templates = [
      ...domain.join('\n').matchAll(/#\[error\("((?:must|is|`|the step) ?.+?)"[,)]/g),
    ];
    expect(templates.length).toBeGreaterThan(8);
    const constants: Record<string, string> = {
      '{code}': 'A',
      '{fault}': 'must not be empty',
    };
    const wordless = templates
      .map(([, template]) => (template ?? '').replace(/\{\w*\}/g, (hole) => constants[hole] ?? '7'))
      .filter((sentence) => say(sentence) === sentence);
    expect(wordless).toEqual([]);
  });

  it('says what is wrong with one code among many', async () => {
    await setLanguage('fr');
    expect(say('`A-7`: must have at most 50 characters')).toBe(
      '« A-7 » : Doit avoir au plus 50 caractères.',
    );
    expect(say('must be from -1000 to 1000')).toBe('Doit être un nombre entier de -1000 à 1000.');
    await setLanguage('en');
    expect(say('`9` comes after `3`')).toBe('“9” comes after “3”.');
  });

  it('stays as it is where we have no words for it', () => {
    expect(say('is purple')).toBe('is purple');
  });
});
