import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { ProblemReference } from './ProblemAlert';
import { problemDetail, useProblemText } from './problemText';

const UNDO_SECONDS = 10;

/** Short news in the corner: done, failed, done with a way back. */
export function useToast() {
  const { notification, message } = App.useApp();
  const { t } = useTranslation();
  const problemText = useProblemText();

  function done(text: string) {
    void message.success(text);
  }

  function failed(error: unknown) {
    const problem = asProblem(error);
    notification.error({
      title: problemText(problem),
      description: (
        <>
          {problemDetail(t, problem)} <ProblemReference problem={problem} />
        </>
      ),
      duration: 12,
    });
  }

  function undoable(text: string, undo: () => Promise<unknown>) {
    const key = `undo-${Date.now()}`;
    notification.success({
      key,
      title: text,
      duration: UNDO_SECONDS,
      actions: (
        <Button
          size="small"
          onClick={() => {
            notification.destroy(key);
            undo().then(
              () => done(t('common.undone')),
              (error) => {
                failed(error);
                // It stands as it was done, and the way back is still there.
                undoable(text, undo);
              },
            );
          }}
        >
          {t('common.undo')}
        </Button>
      ),
    });
  }

  return { done, failed, undoable };
}
