import { Button, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Tenant, TenantLimits, TierTerms } from '@/api/types';
import { GatedButton } from '@/components/GatedButton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTierName } from '@/components/tiers';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { changeOf, limitNames, type TenantValues } from './change';
import { useUpdateTenant } from './queries';
import styles from './tenants.module.css';

type Props = { tenant: Tenant; etag: string | null; tiers: TierTerms[]; isReadOnly: boolean };

export function TenantForm({ tenant, etag, tiers, isReadOnly }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const update = useUpdateTenant(tenant.id);
  const [form] = Form.useForm<TenantValues>();
  const featureName = useFeatureName();
  const nameOfTier = useTierName();
  const tierName = Form.useWatch('tier', form) ?? tenant.tier;
  const tier = tiers.find((each) => each.tier === tierName);
  const featureNames = [
    ...new Set([...Object.keys(tenant.features), ...Object.keys(tier?.features ?? {})]),
  ].sort();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'slug', 'tier', 'limits', 'features'],
    send: (values: TenantValues) => update.mutateAsync({ ...changeOf(tenant, values), etag }),
    onDone: () => toast.done(t('tenants.saved')),
  });

  return (
    <>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields.filter((f) => !f.includes('.'))} />
        </div>
      )}
      <Form
        form={form}
        noValidate
        name="edit-tenant"
        layout="vertical"
        requiredMark={false}
        disabled={isReadOnly}
        initialValues={{
          name: tenant.name,
          slug: tenant.slug,
          tier: tenant.tier,
          limits: tenant.limit_overrides,
          features: tenant.features,
        }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="slug"
          label={t('tenants.slug')}
          rules={[{ required: true, message: t('tenants.slugRequired') }]}
        >
          <Input autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item name="tier" label={t('tenants.tier')}>
          <Select
            options={tiers.map((each) => ({ value: each.tier, label: nameOfTier(each.tier) }))}
          />
        </Form.Item>
        <h3 className={styles.subtitle}>{t('tenants.limits')}</h3>
        <p className={styles.hint}>{t('tenants.limitsHint')}</p>
        <div className={styles.limits}>
          {limitNames.map((name) => (
            <Form.Item key={name} name={['limits', name]} label={t(`tenants.limitNames.${name}`)}>
              <InputNumber
                className={styles.limit}
                min={0}
                precision={0}
                placeholder={tierLimit(tier, name)}
              />
            </Form.Item>
          ))}
        </div>
        {featureNames.length > 0 && (
          <>
            <h3 className={styles.subtitle}>{t('tenants.features')}</h3>
            <div className={styles.features}>
              {featureNames.map((name) => (
                // biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control
                <label key={name} className={styles.feature}>
                  <Form.Item name={['features', name]} valuePropName="checked" noStyle>
                    <Switch />
                  </Form.Item>
                  {featureName(name)}
                </label>
              ))}
            </div>
          </>
        )}
        {isReadOnly ? (
          <GatedButton
            type="primary"
            isAllowed={false}
            reason={t('tenants.notAllowed')}
            disabled={false}
          >
            {t('common.save')}
          </GatedButton>
        ) : (
          <Button type="primary" htmlType="submit" loading={isSending}>
            {t('common.save')}
          </Button>
        )}
      </Form>
    </>
  );
}

const namedFeatures = ['analytics', 'custom_branding'] as const;

/** The server may know features this UI does not; they keep their own name. */
function useFeatureName(): (feature: string) => string {
  const { t } = useTranslation();
  return (feature) => {
    const named = namedFeatures.find((each) => each === feature);
    return named ? t(`tenants.featureNames.${named}`) : feature;
  };
}

function tierLimit(tier: TierTerms | undefined, name: keyof TenantLimits): string | undefined {
  return tier && String(tier.limits[name]);
}
