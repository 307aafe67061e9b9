import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { setLanguage } from '@/i18n';
import { fieldMessage } from './fieldMessage';

describe('what the server says about a field', () => {
  it('is said in the reader’s language', async () => {
    expect(fieldMessage(i18next.t, 'must have at least 10 characters')).toBe(
      'Must have at least 10 characters.',
    );
    await setLanguage('fr');
    expect(fieldMessage(i18next.t, 'must have at least 10 characters')).toBe(
      'Doit avoir au moins 10 caractères.',
    );
    expect(fieldMessage(i18next.t, 'must be a whole number from 0 to 60')).toBe(
      'Doit être un nombre entier de 0 à 60.',
    );
    await setLanguage('en');
  });

  it('stays as it is where we have no words for it', () => {
    expect(fieldMessage(i18next.t, 'is purple')).toBe('is purple');
  });
});
