import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form, Skeleton } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DisplayPolicy, PolicySettings } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { GatedButton } from '@/components/GatedButton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { PolicyFields } from './PolicyFields';
import { PreviewOfBays } from './PreviewOfBays';
import styles from './policies.module.css';
import {
  policyQuery,
  previewQuery,
  standardQuery,
  useChangePolicy,
  useCreatePolicy,
} from './queries';
import { type PolicyValues, policyFields, settingsOf, valuesOf } from './values';

type Props = {
  /** Which policy is edited; `new` for one that is to be; null while closed. */
  policyId: string | null;
  refusal: string | null;
  onClose: () => void;
};

/** A policy: its lamps as they will shine, and what every bay would show. */
export function PolicyEditor({ policyId, refusal, onClose }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const isNew = policyId === 'new';
  const known = useQuery(policyQuery(tenantId, isNew ? '' : (policyId ?? '')));
  const standard = useQuery(standardQuery(tenantId));
  const policy = isNew ? null : (known.data?.policy ?? null);
  const settings = isNew ? standard.data?.settings : policy?.settings;
  return (
    <Drawer
      open={policyId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(860px, 100vw)"
      title={
        isNew
          ? t('displayPolicies.create')
          : t('displayPolicies.editTitle', { name: policy?.name ?? '…' })
      }
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <GatedButton
            type="primary"
            htmlType={refusal ? 'button' : 'submit'}
            form="policy"
            formNoValidate
            isAllowed={refusal === null}
            reason={refusal ?? ''}
          >
            {isNew ? t('displayPolicies.createSubmit') : t('common.save')}
          </GatedButton>
        </div>
      }
    >
      {known.error && !isNew && <ProblemAlert error={known.error} />}
      {settings ? (
        <Fields
          key={`${policyId}`}
          policy={policy}
          settings={settings}
          etag={known.data?.etag ?? null}
          onClose={onClose}
        />
      ) : (
        <Skeleton active />
      )}
    </Drawer>
  );
}

type FieldsProps = {
  policy: DisplayPolicy | null;
  settings: PolicySettings;
  etag: string | null;
  onClose: () => void;
};

function Fields({ policy, settings, etag, onClose }: FieldsProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreatePolicy();
  const change = useChangePolicy();
  const [form] = Form.useForm<PolicyValues>();
  const initial = valuesOf(settings, policy ?? undefined);
  const [values, setValues] = useState(initial);
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: policyFields,
    send: (sent: PolicyValues) => {
      const body = {
        name: sent.name,
        description: sent.description?.trim() || null,
        settings: settingsOf(sent),
      };
      return policy
        ? change.mutateAsync({ id: policy.id, etag, body })
        : create.mutateAsync({ ...body, site_id: sent.site_id ?? null });
    },
    onDone: ({ name }) => {
      toast.done(
        policy ? t('displayPolicies.saved', { name }) : t('displayPolicies.created', { name }),
      );
      onClose();
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="policy"
        layout="vertical"
        noValidate
        initialValues={initial}
        onValuesChange={(_, all) => setValues({ ...initial, ...all })}
        onFinish={(sent) => submit({ ...initial, ...sent })}
      >
        <PolicyFields isNew={policy === null} values={values} />
      </Form>
      <Preview values={values} siteId={policy ? policy.site_id : values.site_id} />
    </>
  );
}

const PAUSE_MS = 400;

/** A value once it has stayed for a moment, so that the server is not asked at every step of a colour. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const pause = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [value]);
  return settled;
}

/** What every bay would show under what is typed so far. */
function Preview({ values, siteId }: { values: PolicyValues; siteId: string | null | undefined }) {
  const { t } = useTranslation();
  const settled = useSettled(values);
  const preview = useQuery(
    previewQuery(useTenantId(), {
      settings: settingsOf(settled),
      ...(siteId ? { site_id: siteId } : {}),
    }),
  );
  return (
    <section className={styles.group}>
      <h2 className={styles.title}>{t('displayPolicies.preview')}</h2>
      {/* Half a code is no mistake yet; what is wrong is said when one saves. */}
      {preview.error && <p className={styles.hint}>{t('displayPolicies.noPreview')}</p>}
      {preview.data && <PreviewOfBays preview={preview.data} />}
    </section>
  );
}
