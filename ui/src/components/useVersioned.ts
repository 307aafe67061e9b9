import type { FormInstance } from 'antd';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { asProblem } from '@/api/problem';
import { clashes, merged } from './conflict';

export type Version<Thing> = { thing: Thing; etag: string | null };

type Options<Thing, Values extends object> = {
  form: FormInstance<Values>;
  fields: readonly (keyof Values & string)[];
  /** The thing as it was when the form opened. */
  known: Version<Thing>;
  valuesOf: (thing: Thing) => Values;
  /** Reads it anew. */
  reload: () => Promise<Version<Thing>>;
  save: (values: Values, base: Version<Thing>) => Promise<unknown>;
};

/**
 * Saves a form under the version it began with. If somebody else has saved meanwhile, it finds out
 * what they changed; one then keeps one's own changes on top of theirs, or takes theirs.
 */
export function useVersioned<Thing, Values extends object>(options: Options<Thing, Values>) {
  const { form, fields, known, valuesOf, reload, save } = options;
  const [base, setBase] = useState(known);
  const [theirs, setTheirs] = useState<Version<Thing> | null>(null);
  const mine = (): Values => ({ ...valuesOf(base.thing), ...form.getFieldsValue() });

  function restart(version: Version<Thing>) {
    form.setFieldsValue(valuesOf(version.thing) as Parameters<typeof form.setFieldsValue>[0]);
    setBase(version);
    setTheirs(null);
  }

  return {
    base,
    theirs: theirs?.thing ?? null,
    clashes: theirs ? clashes(valuesOf(base.thing), valuesOf(theirs.thing), mine(), fields) : [],
    send: async (values: Values) => {
      try {
        return await save(values, base);
      } catch (error) {
        if (asProblem(error).status === 412) setTheirs(await reload());
        throw error;
      }
    },
    keepMine: () => {
      if (!theirs) return;
      const both = merged(valuesOf(base.thing), valuesOf(theirs.thing), mine(), fields);
      form.setFieldsValue(both as Parameters<typeof form.setFieldsValue>[0]);
      // The form is sent under the version it stands on from now.
      flushSync(() => {
        setBase(theirs);
        setTheirs(null);
      });
      form.submit();
    },
    takeTheirs: () => {
      if (theirs) restart(theirs);
    },
    /** Begins anew with a version, for a form that stays open: what was typed is forgotten. */
    restart,
  };
}
