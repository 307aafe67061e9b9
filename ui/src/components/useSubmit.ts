import { useMutation } from '@tanstack/react-query';
import type { FormInstance } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeFieldErrors } from './formErrors';

type Options<Values extends object, Result> = {
  form: FormInstance<Values>;
  /** Fields that can show an error themselves. */
  fields: readonly (keyof Values & string)[];
  send: (values: Values) => Promise<Result>;
  onDone?: (result: Result) => unknown;
};

/** Sends a form once, and puts what the server refuses beside the fields it names. */
export function useSubmit<Values extends object, Result>(options: Options<Values, Result>) {
  const { form, fields, send, onDone } = options;
  const { t } = useTranslation();
  const [shownFields, setShownFields] = useState<string[]>([]);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: send,
    onSuccess: (result) => onDone?.(result),
    onError: (refusal) => setShownFields(placeFieldErrors(t, form, refusal, fields)),
  });
  return {
    submit: (values: Values) => {
      if (!isPending) mutate(values);
    },
    isSending: isPending,
    error,
    shownFields,
    reset,
  };
}
