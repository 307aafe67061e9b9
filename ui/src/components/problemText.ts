import i18next, { type i18n as I18n, type TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/problem';
import { createFormats } from './format';

/**
 * A problem in the reader's words: by its code, else by its status. The server's own English detail
 * is the last resort, better than nothing.
 */
export function problemText(i18n: I18n, problem: Problem): string {
  for (const key of [`errors.codes.${problem.code}`, `errors.statuses.${problem.status}`]) {
    // The codes are the server's and open-ended, so the key is known only at run time.
    if (i18n.exists(key)) return i18n.t(key as 'errors.unknown');
  }
  return problem.detail || problem.title || i18n.t('errors.unknown');
}

export function useProblemText(): (problem: Problem) => string {
  const { i18n } = useTranslation();
  return (problem) => problemText(i18n, problem);
}

/** What the server adds to a code and a reader needs: which codes are taken, how many bays lie there. */
const details = [
  { key: 'codesTakenMore', pattern: /^taken: (?<it>.*) and (?<n>\d+) more$/ },
  { key: 'codesTaken', pattern: /^taken: (?<it>.*)$/ },
  { key: 'spacesLive', pattern: /^(?<n>\d+) bays live in it; / },
  { key: 'spacesLie', pattern: /^(?<n>\d+) bays lie on it$/ },
  { key: 'devicesServe', pattern: /^(?<n>\d+) devices serve it; / },
  {
    key: 'holderBy',
    pattern:
      /^(?<it>[0-9A-F]{16}) has served bay (?<code>.*) as its \w+ since (?<at>\S+), assigned by (?<name>.*)$/,
  },
  {
    key: 'holder',
    pattern: /^(?<it>[0-9A-F]{16}) has served bay (?<code>.*) as its \w+ since (?<at>\S+)$/,
  },
  { key: 'servesBay', pattern: /^it serves (?<it>.*); unassign it first$/ },
  { key: 'losesRole', pattern: /^it serves (?<it>.*) as what it would no longer be; / },
  { key: 'ofModel', pattern: /^(?<n>\d+) devices are of this model$/ },
  { key: 'seriesClashes', pattern: /^(?<n>\d+) of (?<it>\d+) occurrences cannot be reserved$/ },
  { key: 'feedsMany', pattern: /^one person may have (?<n>\d+) calendar links$/ },
  { key: 'movedMeanwhile', pattern: /^it was assigned elsewhere meanwhile; / },
] as const;

type DetailValues = Partial<Record<'it' | 'n' | 'code' | 'at' | 'name', string>>;

export function problemDetail(t: TFunction, { detail }: Problem): string | null {
  for (const { key, pattern } of details) {
    const match = pattern.exec(detail ?? '');
    if (!match) continue;
    const values: DetailValues = { ...match.groups };
    if (values.at) values.at = createFormats(i18next.language).instant(values.at);
    return t(`errors.details.${key}`, values);
  }
  return null;
}
