import { Form, Input, InputNumber, Radio, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { Lamp } from '@/components/Lamp';
import { SitePicker } from '@/components/SitePicker';
import { CodeFields, TransitionFields } from './ListFields';
import styles from './policies.module.css';
import { type Coloured, coloured, type PolicyValues } from './values';

const numbers = [
  { name: 'reserved_soon_threshold_sec', min: 0, max: 3600, isOptional: false },
  { name: 'sensor_unknown_timeout_sec', min: 0, max: 300, isOptional: false },
  { name: 'debounce_window_sec', min: 0, max: 30, isOptional: true },
] as const;

type Props = { isNew: boolean; values: PolicyValues };

/** All that makes a policy. */
export function PolicyFields({ isNew, values }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item name="description" label={t('displayPolicies.description')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={2000} />
      </Form.Item>
      {isNew && (
        <Form.Item
          name="site_id"
          label={t('displayPolicies.scope')}
          extra={t('displayPolicies.scopeHint')}
        >
          <SitePicker
            tenantId={tenantId}
            allowClear
            placeholder={t('displayPolicies.allSites')}
            label={t('displayPolicies.scope')}
          />
        </Form.Item>
      )}
      <fieldset className={styles.group}>
        <legend>{t('displayPolicies.lamps')}</legend>
        <div className={styles.colors}>
          {coloured.map((state) => (
            <ColorField key={state} state={state} values={values} />
          ))}
        </div>
        <div className={styles.inline}>
          <Form.Item
            name="blink_reserved_soon"
            label={t('displayPolicies.blink')}
            valuePropName="checked"
            required
          >
            <Switch />
          </Form.Item>
          <Form.Item name="blink_pattern_ms" label={t('displayPolicies.blinkEvery')} required>
            <InputNumber
              min={100}
              max={2000}
              step={100}
              precision={0}
              disabled={!values.blink_reserved_soon}
              suffix="ms"
            />
          </Form.Item>
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{t('displayPolicies.rules')}</legend>
        {numbers.map(({ name, min, max, isOptional }) => (
          <Form.Item
            key={name}
            name={name}
            label={t(`displayPolicies.fields.${name}.label`)}
            extra={t(`displayPolicies.fields.${name}.extra`)}
            rules={
              isOptional ? [] : [{ required: true, message: t('displayPolicies.numberRequired') }]
            }
          >
            <InputNumber min={min} max={max} precision={0} suffix={t('displayPolicies.seconds')} />
          </Form.Item>
        ))}
        <Form.Item
          name="allow_sensor_override"
          label={t('displayPolicies.fields.allow_sensor_override.label')}
          extra={t('displayPolicies.fields.allow_sensor_override.extra')}
          valuePropName="checked"
          required
        >
          <Switch />
        </Form.Item>
        <Form.Item name="offline_rule" label={t('displayPolicies.offline')} required>
          <Radio.Group
            options={(['unknown', 'hold'] as const).map((value) => ({
              value,
              label: t(`displayPolicies.offlineRules.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="default_state" label={t('displayPolicies.default')} required>
          <Radio.Group
            options={(['unknown', 'free'] as const).map((value) => ({
              value,
              label: t(`displayPolicies.defaults.${value}`),
            }))}
          />
        </Form.Item>
      </fieldset>
      <TransitionFields />
      <CodeFields />
    </>
  );
}

/** The colour of a state, chosen or typed, beside the lamp as it will shine. */
function ColorField({ state, values }: { state: Coloured; values: PolicyValues }) {
  const { t } = useTranslation();
  const label = t(`lamps.states.${state}`);
  const color = values.colors[state]?.replace('#', '') ?? '';
  const isWhole = /^[0-9a-f]{6}$/i.test(color);
  const blink = state === 'reserved_soon' && values.blink_reserved_soon;
  return (
    <div className={styles.color}>
      <Lamp
        state={state}
        color={isWhole ? color : '808080'}
        blinkMs={blink ? values.blink_pattern_ms : null}
      />
      <Form.Item
        name={['colors', state]}
        label={label}
        normalize={(typed: string) => typed.replace('#', '').toUpperCase()}
        rules={[
          {
            required: true,
            pattern: /^[0-9A-F]{6}$/,
            message: t('displayPolicies.colorWrong'),
          },
        ]}
      >
        <ColorInput swatchLabel={t('displayPolicies.pickColor', { state: label })} />
      </Form.Item>
    </div>
  );
}

type ColorInputProps = {
  id?: string;
  value?: string;
  onChange?: (color: string) => void;
  swatchLabel: string;
};

function ColorInput({ id, value = '', onChange, swatchLabel }: ColorInputProps) {
  const isWhole = /^[0-9a-f]{6}$/i.test(value);
  return (
    <span className={styles.pick}>
      <Input
        id={id}
        value={value}
        maxLength={7}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => onChange?.(target.value)}
      />
      <input
        type="color"
        aria-label={swatchLabel}
        className={styles.swatch}
        value={isWhole ? `#${value.toLowerCase()}` : '#808080'}
        onChange={({ target }) => onChange?.(target.value)}
      />
    </span>
  );
}
