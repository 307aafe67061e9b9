import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AlarmRules } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { GatedButton } from '@/components/GatedButton';
import { NumberField } from '@/components/NumberField';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useChangeAlarmRules } from './queries';

const fields = [
  { name: 'silent_factor', min: 1.5, max: 100, step: 0.5, usual: 2.5, isOptional: true },
  { name: 'never_seen_hours', min: 1, max: 720, step: 1, usual: 24, isOptional: false },
  { name: 'gateway_down_minutes', min: 1, max: 1440, step: 1, usual: 5, isOptional: true },
  { name: 'battery_low_percent', min: 1, max: 90, step: 1, usual: 20, isOptional: true },
  { name: 'battery_clear_percent', min: 2, max: 100, step: 1, usual: 30, isOptional: false },
  { name: 'flapping_changes_per_hour', min: 4, max: 600, step: 1, usual: 20, isOptional: true },
  { name: 'stuck_hours', min: 1, max: 8760, step: 1, usual: 168, isOptional: true },
] as const;

type Name = (typeof fields)[number]['name'];
type Values = Record<Name, number | null>;
type Props = { rules: AlarmRules; etag: string | null; refusal: string | null };

export function RulesForm({ rules, etag, refusal }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeAlarmRules();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: fields.map(({ name }) => name),
    send: ({ never_seen_hours, battery_clear_percent, ...rest }: Values) =>
      change.mutateAsync({
        etag,
        body: {
          ...rest,
          ...(never_seen_hours === null ? {} : { never_seen_hours }),
          ...(battery_clear_percent === null ? {} : { battery_clear_percent }),
        },
      }),
    onDone: () => toast.done(t('alarmRules.saved')),
  });
  const isReadOnly = refusal !== null;
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="rules"
        layout="vertical"
        requiredMark={false}
        disabled={isReadOnly}
        initialValues={Object.fromEntries(fields.map(({ name }) => [name, rules[name] ?? null]))}
        onFinish={submit}
      >
        {fields.map(({ name, isOptional, ...bounds }) => (
          <Form.Item
            key={name}
            name={name}
            label={t(`alarmRules.fields.${name}.label`)}
            extra={t(`alarmRules.fields.${name}.extra`)}
            rules={isOptional ? [] : [{ required: true, message: t('alarmRules.numberRequired') }]}
          >
            <NumberField
              {...bounds}
              isOptional={isOptional}
              isReadOnly={isReadOnly}
              unit={t(`alarmRules.fields.${name}.unit`)}
              switchLabel={t('alarmRules.watch', { what: t(`alarmRules.fields.${name}.label`) })}
            />
          </Form.Item>
        ))}
        <GatedButton
          type="primary"
          htmlType={isReadOnly ? 'button' : 'submit'}
          loading={isSending}
          isAllowed={!isReadOnly}
          reason={refusal ?? ''}
          disabled={false}
        >
          {t('common.save')}
        </GatedButton>
      </Form>
    </>
  );
}
