import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './HolderFields.module.css';

/** For whom it is; only what is needed to know them, and nothing at all if that need not be. */
export function HolderFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="name" label={t('reservations.name')} extra={t('reservations.nameHint')}>
        <Input maxLength={255} autoComplete="off" />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="plate" label={t('reservations.plate')}>
          <Input maxLength={20} autoComplete="off" />
        </Form.Item>
        <Form.Item name="email" label={t('reservations.email')}>
          <Input type="email" maxLength={254} autoComplete="off" />
        </Form.Item>
      </div>
      <Form.Item name="notes" label={t('reservations.notes')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
    </>
  );
}
