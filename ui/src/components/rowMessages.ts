import { useTranslation } from 'react-i18next';
import type { RowMessage } from '@/api/types';
import { fieldMessage } from './fieldMessage';

/** What the server's sentence says beside its code. */
const LINE = /^line (?<n>\d+) says/;
const LIMIT = /^the limit of (?<max>\d+) \w+ is reached; (?<used>\d+) are in use$/;
const DIFFERS = /differs in: (?<it>[^;]*);/;

/** What is wrong with a row of a file, in our words. */
export function useRowWords() {
  const { t, i18n } = useTranslation();
  /** A column of the template; the server may know more of them than we do. */
  function column(name: string): string {
    return i18n.exists(`imports.columns.${name}`) ? t(`imports.columns.${name as 'code'}`) : name;
  }

  function message({ code, field, message: said }: RowMessage): string {
    const where = field ? column(field) : null;
    if (code === 'unreadable' || code === 'required' || code === 'not_allowed') {
      const fault = fieldMessage(t, said);
      return where ? t('imports.inColumn', { column: where, fault }) : fault;
    }
    if (code === 'repeated') {
      return t('imports.messages.repeated', { n: LINE.exec(said)?.groups?.n ?? '?' });
    }
    if (code === 'limit_reached') {
      const { max = '?', used = '?' } = LIMIT.exec(said)?.groups ?? {};
      return t('imports.messages.limit_reached', { max, used });
    }
    const differing = DIFFERS.exec(said)?.groups?.it?.split(', ').map(column).join(', ');
    if (differing && (code === 'code_taken' || code === 'device_taken')) {
      return t('imports.differs', { fields: differing });
    }
    return t(`imports.messages.${code}`);
  }

  return { column, message };
}
