import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { setLanguage, startI18n } from '@/i18n';

beforeAll(async () => {
  await startI18n();
  await setLanguage('en');
});
afterEach(cleanup);
