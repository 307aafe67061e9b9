import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { SitePicker } from '@/components/SitePicker';
import styles from './overrides.module.css';

export type PlaceValues = { site_id: string; level_id?: string; zone_id?: string };

/** A site, or of it a level or a zone. */
export function PlaceFields({ siteId }: { siteId: string | undefined }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId ?? '')).data?.levels ?? [];
  const zones = useQuery(zonesQuery(tenantId, siteId ?? '')).data?.zones ?? [];
  const options = (parts: { id: string; name: string }[]) =>
    parts.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <>
      <Form.Item
        name="site_id"
        label={t('spaces.site')}
        rules={[{ required: true, message: t('overrides.siteRequired') }]}
      >
        <SitePicker tenantId={tenantId} label={t('spaces.site')} />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="level_id" label={t('spaces.level')}>
          <Select
            allowClear
            disabled={levels.length === 0}
            placeholder={t('overrides.wholeSite')}
            options={options(levels)}
          />
        </Form.Item>
        <Form.Item name="zone_id" label={t('spaces.zone')}>
          <Select
            allowClear
            disabled={zones.length === 0}
            placeholder={t('overrides.wholeSite')}
            options={options(zones)}
          />
        </Form.Item>
      </div>
    </>
  );
}
