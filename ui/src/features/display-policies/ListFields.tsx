import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { DeleteOutlined, PlusOutlined } from '@/components/icons';
import { ModelPicker } from '@/components/ModelPicker';
import styles from './policies.module.css';
import { coloured, followed } from './values';

/** Changes that lamps follow late. */
export function TransitionFields() {
  const { t } = useTranslation();
  const states = followed.map((value) => ({ value, label: t(`lamps.states.${value}`) }));
  return (
    <fieldset className={styles.group}>
      <legend>{t('displayPolicies.transitions')}</legend>
      <p className={styles.hint}>{t('displayPolicies.transitionsHint')}</p>
      <Form.List name="transitions">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className={styles.line}>
                <Form.Item name={[name, 'from']} label={t('displayPolicies.from')}>
                  <Select options={states} popupMatchSelectWidth={false} />
                </Form.Item>
                <Form.Item name={[name, 'to']} label={t('displayPolicies.to')}>
                  <Select options={states} popupMatchSelectWidth={false} />
                </Form.Item>
                <Form.Item name={[name, 'after_seconds']} label={t('displayPolicies.after')}>
                  <InputNumber
                    min={1}
                    max={300}
                    precision={0}
                    suffix={t('displayPolicies.seconds')}
                  />
                </Form.Item>
                <RemoveButton
                  label={t('displayPolicies.removeTransition', { number: name + 1 })}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            {fields.length < 12 && (
              <Button
                icon={<PlusOutlined />}
                onClick={() => add({ from: 'occupied', to: 'free', after_seconds: 10 })}
              >
                {t('displayPolicies.addTransition')}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

/** Payloads for single states of single models. */
export function CodeFields() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const states = coloured.map((value) => ({ value, label: t(`lamps.states.${value}`) }));
  return (
    <fieldset className={styles.group}>
      <legend>{t('displayPolicies.codes')}</legend>
      <p className={styles.hint}>{t('displayPolicies.codesHint')}</p>
      <Form.List name="codes">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className={styles.line}>
                <Form.Item name={[name, 'model']} label={t('devices.model')}>
                  <ModelPicker tenantId={tenantId} isOffered={({ is_display }) => is_display} />
                </Form.Item>
                <Form.Item name={[name, 'state']} label={t('displayPolicies.state')}>
                  <Select options={states} popupMatchSelectWidth={false} />
                </Form.Item>
                <Form.Item
                  name={[name, 'payload']}
                  label={t('displayPolicies.payload')}
                  validateTrigger="onBlur"
                  rules={[
                    { required: true, message: t('models.lampCodeWrong') },
                    { pattern: /^(\s*[0-9a-f]{2})+\s*$/i, message: t('models.lampCodeWrong') },
                  ]}
                >
                  <Input autoComplete="off" spellCheck={false} maxLength={128} />
                </Form.Item>
                <RemoveButton
                  label={t('displayPolicies.removeCode', { number: name + 1 })}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            {fields.length < 64 && (
              <Button
                icon={<PlusOutlined />}
                onClick={() => add({ model: undefined, state: 'free', payload: '' })}
              >
                {t('displayPolicies.addCode')}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

function RemoveButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button
      type="text"
      className={styles.remove}
      icon={<DeleteOutlined />}
      aria-label={label}
      title={label}
      onClick={onClick}
    />
  );
}
