import { describe, expect, it } from 'vitest';
import { isSubjectWanted, withAll, withSubject, withType } from './wishes';

describe('what a webhook wants', () => {
  it('is everything, or nothing in particular', () => {
    expect(withAll(true)).toEqual(['*']);
    expect(withAll(false)).toEqual([]);
    expect(isSubjectWanted(['*'], 'space')).toBe(true);
  });

  it('is all of a subject instead of each of its types', () => {
    const wanted = ['space.created', 'device.created', 'device_model.created'];
    expect(withSubject(wanted, 'device', true)).toEqual([
      'space.created',
      'device_model.created',
      'device.*',
    ]);
    expect(withSubject(['device.*', 'space.created'], 'device', false)).toEqual(['space.created']);
  });

  it('is single types, each once', () => {
    expect(withType(['site.created'], 'site.deleted', true)).toEqual([
      'site.created',
      'site.deleted',
    ]);
    expect(withType(['site.created'], 'site.created', true)).toEqual(['site.created']);
    expect(withType(['site.created'], 'site.created', false)).toEqual([]);
  });
});
