/** What a webhook wants: types of events, all of a subject as `space.*`, or everything as `*`. */
import type { EventType } from '@/api/types';

/** Sent on request, wanted by nobody. */
export const TEST = 'webhook.test';

export function bySubject(types: EventType[]): Record<string, EventType[]> {
  const subjects: Record<string, EventType[]> = {};
  for (const type of types) {
    const subject = type.name.split('.')[0] ?? type.name;
    subjects[subject] = [...(subjects[subject] ?? []), type];
  }
  return subjects;
}

export const isSubjectWanted = (wanted: string[], subject: string) =>
  wanted.includes('*') || wanted.includes(`${subject}.*`);

export const withAll = (isWanted: boolean): string[] => (isWanted ? ['*'] : []);

/** All of a subject stands for each of its types, so these go. */
export function withSubject(wanted: string[], subject: string, isWanted: boolean): string[] {
  const others = wanted.filter((name) => !name.startsWith(`${subject}.`));
  return isWanted ? [...others, `${subject}.*`] : others;
}

export function withType(wanted: string[], name: string, isWanted: boolean): string[] {
  const others = wanted.filter((other) => other !== name);
  return isWanted ? [...others, name] : others;
}
