import { useTranslation } from 'react-i18next';
import type { Alarm } from '@/api/types';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useMarkAlarms, type Verb } from './queries';

/** Takes alarms on or lets people be told of them again, each with a way back for what has changed. */
export function useHandleAlarms(onDone?: () => void) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const mark = useMarkAlarms();
  const back: Partial<Record<Verb, Verb>> = {
    acknowledge: 'unacknowledge',
    unacknowledge: 'acknowledge',
  };
  return (verb: Verb, alarms: readonly Pick<Alarm, 'id'>[]) =>
    mark.mutate(
      { verb, ids: alarms.map(({ id }) => id) },
      {
        onSuccess: ({ changed }) => {
          const count = changed.length;
          const text = t(`alarms.done.${verb}`, { count, formatted: formats.number(count) });
          const undo = back[verb];
          if (undo && count > 0) {
            toast.undoable(text, () => mark.mutateAsync({ verb: undo, ids: changed }));
          } else {
            toast.done(text);
          }
          onDone?.();
        },
        onError: toast.failed,
      },
    );
}
