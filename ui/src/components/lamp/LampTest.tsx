import { useMutation } from '@tanstack/react-query';
import { Checkbox, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { testDisplay } from '@/api/lamps';
import type { Display } from '@/api/types';
import { FormProblem } from '../FormProblem';
import { GatedButton } from '../GatedButton';
import { useToast } from '../toast';
import { useSubmit } from '../useSubmit';
import styles from './lampPanel.module.css';

/** The colours one tries a lamp out with. */
const TESTS = [
  { color: 'FF0000', name: 'red' },
  { color: '00FF00', name: 'green' },
  { color: '0000FF', name: 'blue' },
  { color: 'FFFFFF', name: 'white' },
] as const;
const TEST_SECONDS = 30;
const BLINK_MS = 500;

type Props = {
  display: Display;
  /** Why one may not, or null. */
  refusal: string | null;
  /** It was told to; what is known of it is old. */
  onTried: () => unknown;
};

function useTest(onTried: () => unknown) {
  const { t } = useTranslation();
  const toast = useToast();
  return useMutation({
    mutationFn: testDisplay,
    onSuccess: (_, { seconds }) => {
      toast.done(t('lamps.testing', { count: seconds ?? TEST_SECONDS }));
      return onTried();
    },
  });
}

/** Has a lamp show a colour for a while; it then shows again what it should. */
export function LampTest({ display, refusal, onTried }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const test = useTest(onTried);
  return (
    <fieldset className={styles.test} aria-label={t('lamps.test')}>
      <span>{t('lamps.test')}</span>
      {TESTS.map(({ color, name }) => (
        <GatedButton
          key={color}
          size="small"
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          loading={test.isPending}
          icon={<span className={styles.patch} style={{ background: `#${color}` }} />}
          onClick={() =>
            test.mutate({ id: display.id, color, seconds: TEST_SECONDS }, { onError: toast.failed })
          }
        >
          {t(`lamps.colors.${name}`)}
        </GatedButton>
      ))}
    </fieldset>
  );
}

type Values = { color: string; seconds: number; blinks: boolean };

/** The same with any colour, for as long as one likes. */
export function LampTestForm({ display, refusal, onTried }: Props) {
  const { t } = useTranslation();
  const test = useTest(onTried);
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['color', 'seconds'],
    send: ({ color, seconds, blinks }: Values) =>
      test.mutateAsync({
        id: display.id,
        color: color.replace('#', ''),
        seconds,
        ...(blinks ? { blink_ms: BLINK_MS } : {}),
      }),
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="lamp-test"
        layout="vertical"
        className={styles.form}
        initialValues={{ color: '#0000ff', seconds: TEST_SECONDS, blinks: false }}
        onFinish={submit}
      >
        <Form.Item name="color" label={t('lamps.color')}>
          <Input type="color" className={styles.color} />
        </Form.Item>
        <Form.Item
          name="seconds"
          label={t('lamps.seconds')}
          rules={[{ required: true, message: t('lamps.secondsRequired') }]}
        >
          <InputNumber min={5} max={600} precision={0} />
        </Form.Item>
        <Form.Item name="blinks" valuePropName="checked" label={t('lamps.rhythm')}>
          <Checkbox>{t('lamps.blinks')}</Checkbox>
        </Form.Item>
        <GatedButton
          htmlType="submit"
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          loading={isSending}
        >
          {t('lamps.testSubmit')}
        </GatedButton>
      </Form>
    </>
  );
}
