import { readFileSync } from 'node:fs';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { setLanguage } from '@/i18n';
import { fieldMessage } from './fieldMessage';

const say = (message: string, code?: string) => fieldMessage(i18next.t, { message, code });

/** Every sentence the server has about a field that a form of ours sends. */
const sentences = [
  'must not be empty',
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

  it('leaves out no sentence about texts and passwords', () => {
    const domain = ['text', 'account'].map((name) =>
      readFileSync(`../crates/parking-domain/src/${name}.rs`, 'utf8'),
    );
    const templates = [...domain.join('\n').matchAll(/#\[error\("((?:must|is) .+?)"\)\]/g)];
    expect(templates.length).toBeGreaterThan(8);
    const wordless = templates
      .map(([, template]) => (template ?? '').replace(/\{\w*\}/g, '7'))
      .filter((sentence) => say(sentence) === sentence);
    expect(wordless).toEqual([]);
  });

  it('goes by the code where there is one, however the sentence is worded', () => {
    expect(say('needs 12 characters or more', 'too_short')).toBe(
      'Must have at least 12 characters.',
    );
    expect(say('whatever', 'wrong_password')).toBe('Is not your present password.');
    expect(say('not "x", please', 'unknown_scope')).toBe('“x” is not a scope.');
  });

  it('goes by the sentence where the code is new to us or says too little', () => {
    expect(say('must not be empty', 'brand_new')).toBe('Must not be empty.');
    expect(say('too short by far', 'too_short')).toBe('too short by far');
  });

  it('stays as it is where we have no words for it', () => {
    expect(say('is purple')).toBe('is purple');
    expect(say('is purple', 'purple')).toBe('is purple');
  });
});
