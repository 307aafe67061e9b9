import { useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { bayKinds, useBayWords } from '@/components/bays';
import { SitePicker } from '@/components/SitePicker';
import styles from './spaces.module.css';

/** The site of bays that are to be; on a site's own page it is that one. */
export function SiteField({ isFixed }: { isFixed: boolean }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const form = Form.useFormInstance();
  return (
    <Form.Item
      name="site_id"
      label={t('spaces.site')}
      hidden={isFixed}
      rules={[{ required: true, message: t('spaces.siteRequired') }]}
    >
      <SitePicker
        tenantId={tenantId}
        onChange={(site_id) =>
          form.setFieldsValue({ site_id, level_id: undefined, zone_id: undefined })
        }
      />
    </Form.Item>
  );
}

/** The levels and zones of a site to choose from. */
export function useParts(siteId: string | undefined) {
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId ?? ''));
  const zones = useQuery(zonesQuery(tenantId, siteId ?? ''));
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return {
    levels: levels.data?.levels.map(named) ?? [],
    zones: zones.data?.zones.map(named) ?? [],
  };
}

export function CodeFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="code"
        label={t('spaces.code')}
        extra={t('spaces.codeHint')}
        rules={[{ required: true, whitespace: true, message: t('spaces.codeRequired') }]}
      >
        <Input autoComplete="off" spellCheck={false} autoFocus />
      </Form.Item>
      <Form.Item name="name" label={t('spaces.name')} extra={t('spaces.nameHint')}>
        <Input autoComplete="off" />
      </Form.Item>
    </>
  );
}

/** What one bay has, and what a whole row can have in common. */
export function TraitFields({ siteId }: { siteId: string | undefined }) {
  const { t } = useTranslation();
  const words = useBayWords();
  const { levels, zones } = useParts(siteId);
  return (
    <>
      <div className={styles.pair}>
        {/* Hidden, not absent: what the bay has must be sent again while the choices still come. */}
        <Form.Item name="level_id" label={t('spaces.level')} hidden={levels.length === 0}>
          <Select allowClear placeholder={t('spaces.none')} options={levels} />
        </Form.Item>
        <Form.Item name="zone_id" label={t('spaces.zone')} hidden={zones.length === 0}>
          <Select allowClear placeholder={t('spaces.noneZone')} options={zones} />
        </Form.Item>
      </div>
      {/* There is always one; without `required` it would be marked as optional. */}
      <Form.Item name="kind" label={t('spaces.kind')} required>
        <Select options={bayKinds.map((value) => ({ value, label: words.kind(value) }))} />
      </Form.Item>
      <Form.Item
        name="is_reservable"
        label={t('spaces.reservableSwitch')}
        valuePropName="checked"
        required
      >
        <Switch />
      </Form.Item>
      <Form.Item
        name="auto_release_minutes"
        label={t('spaces.autoRelease')}
        extra={t('spaces.autoReleaseHint')}
      >
        <InputNumber min={1} max={1440} precision={0} />
      </Form.Item>
    </>
  );
}
