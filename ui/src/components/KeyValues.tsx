import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { DeleteOutlined, PlusOutlined } from './icons';
import styles from './KeyValues.module.css';

/** As many as one may wish to type; programs may keep more. */
const ROWS_MAX = 50;

/** A form's field of keys and their texts, such as `rowsOf` makes. */
export function KeyValues({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <fieldset className={styles.group}>
      <legend>{t('keyValues.title')}</legend>
      <Form.List name={name}>
        {(rows, { add, remove }) => (
          <>
            {rows.map(({ key, name: index }) => (
              <div key={key} className={styles.row}>
                <Form.Item
                  name={[index, 'key']}
                  dependencies={[name]}
                  rules={[
                    { required: true, whitespace: true, message: t('keyValues.keyRequired') },
                    ({ getFieldValue }) => ({
                      validator: (_rule, value: string | undefined) => {
                        const all: { key?: string }[] = getFieldValue(name) ?? [];
                        const same = all.filter((row) => row?.key?.trim() === value?.trim());
                        return value?.trim() && same.length > 1
                          ? Promise.reject(new Error(t('keyValues.keyTwice')))
                          : Promise.resolve();
                      },
                    }),
                  ]}
                >
                  <Input
                    autoComplete="off"
                    spellCheck={false}
                    aria-label={t('keyValues.key', { n: index + 1 })}
                    placeholder={t('keyValues.keyPlaceholder')}
                  />
                </Form.Item>
                <Form.Item name={[index, 'text']}>
                  <Input
                    autoComplete="off"
                    aria-label={t('keyValues.value', { n: index + 1 })}
                    placeholder={t('keyValues.valuePlaceholder')}
                  />
                </Form.Item>
                {/* What a program put there, which a form only keeps of fields it knows. */}
                <Form.Item name={[index, 'value']} noStyle>
                  <Kept />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('keyValues.remove', { n: index + 1 })}
                  title={t('keyValues.remove', { n: index + 1 })}
                  onClick={() => remove(index)}
                />
              </div>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={rows.length >= ROWS_MAX}
              onClick={() => add({ key: '', text: '' })}
            >
              {t('keyValues.add')}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

function Kept() {
  return null;
}
