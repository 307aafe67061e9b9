import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DeviceRole } from '@/api/types';
import { BayPicker } from './BayPicker';
import { SitePicker } from './SitePicker';

type Props = {
  tenantId: string;
  /** As what a device is to serve it. */
  role?: DeviceRole | undefined;
  isRequired?: boolean;
};

/** A form's fields `site_id`, which narrows the search, and `space_id`. */
export function BayFields({ tenantId, role, isRequired = false }: Props) {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const siteId: string | undefined = Form.useWatch('site_id', form);
  return (
    <>
      <Form.Item name="site_id" label={t('spaces.site')} extra={t('devices.siteNarrows')}>
        <SitePicker
          tenantId={tenantId}
          allowClear
          placeholder={t('spaces.filterSite')}
          onChange={(site_id) => form.setFieldsValue({ site_id, space_id: undefined })}
        />
      </Form.Item>
      <Form.Item
        name="space_id"
        label={t('spaces.one')}
        rules={isRequired ? [{ required: true, message: t('devices.bayRequired') }] : []}
      >
        <BayPicker
          tenantId={tenantId}
          allowClear={!isRequired}
          placeholder={t('devices.findBay')}
          {...(siteId ? { siteId } : {})}
          {...(role ? { role } : {})}
        />
      </Form.Item>
    </>
  );
}
