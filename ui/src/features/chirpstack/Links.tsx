import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { GatedButton } from '@/components/GatedButton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { type PickerProps, SearchPicker } from '@/components/SearchPicker';
import { useToast } from '@/components/toast';
import styles from './chirpstack.module.css';
import {
  applicationsQuery,
  customersQuery,
  linksQuery,
  REMOTE_TENANTS_MAX,
  remoteTenantsQuery,
  useLink,
  useUnlink,
} from './queries';

/** Which tenant is which in ChirpStack, for those who run the installation. */
export function Links() {
  const { t } = useTranslation();
  const isAllowed = useCan('tenants:read');
  const mayManage = useCan('tenants:manage');
  const links = useQuery(linksQuery(useTenantId(), isAllowed));
  const toast = useToast();
  const confirm = useConfirm();
  const unlink = useUnlink();
  if (!isAllowed) return null;
  return (
    <Panel title={t('chirpstack.links')} intro={t('chirpstack.linksIntro')}>
      {links.error && <ProblemAlert error={links.error} onRetry={() => void links.refetch()} />}
      <ul className={styles.runs}>
        {links.data?.links.map((link) => (
          <li key={link.id} className={styles.run}>
            <strong>{link.tenant_name}</strong>
            <span>
              {link.remote_tenant_name} / {link.application_name}
            </span>
            <GatedButton
              size="small"
              isAllowed={mayManage}
              reason={t('tenants.notAllowed')}
              onClick={() =>
                confirm({
                  title: t('chirpstack.unlinkTitle', { name: link.tenant_name }),
                  text: t('chirpstack.unlinkText'),
                  verb: t('chirpstack.unlink'),
                  action: async () => {
                    await unlink.mutateAsync(link.id);
                    toast.done(t('chirpstack.unlinked'));
                  },
                })
              }
            >
              {t('chirpstack.unlink')}
            </GatedButton>
          </li>
        ))}
      </ul>
      <LinkForm
        taken={links.data?.links.map(({ tenant_id }) => tenant_id) ?? []}
        mayManage={mayManage}
      />
    </Panel>
  );
}

type Draft = { tenant_id: string; remote_tenant_id: string; application_id: string };

function LinkForm({ taken, mayManage }: { taken: string[]; mayManage: boolean }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const remote = useQuery(remoteTenantsQuery(tenantId, mayManage));
  const [form] = Form.useForm<Draft>();
  const chosen = Form.useWatch('remote_tenant_id', form);
  const toast = useToast();
  const link = useLink();
  const applications = useQuery(applicationsQuery(tenantId, chosen));
  const tenants = remote.data?.tenants;
  const required = [{ required: true, message: t('chirpstack.choose') }];
  const failed = [remote, applications].find(({ error }) => error);
  if (failed?.error) {
    return <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  const isCut = tenants !== undefined && tenants.length >= REMOTE_TENANTS_MAX;
  return (
    <Form
      form={form}
      layout="vertical"
      className={styles.form ?? ''}
      disabled={!mayManage}
      onFinish={(draft) =>
        link.mutate(draft, {
          onSuccess: () => {
            form.resetFields();
            toast.done(t('chirpstack.linked'));
          },
          onError: toast.failed,
        })
      }
    >
      <Form.Item name="tenant_id" label={t('chirpstack.tenant')} rules={required}>
        <CustomerPicker taken={taken} />
      </Form.Item>
      <Form.Item
        name="remote_tenant_id"
        label={t('chirpstack.remoteTenant')}
        rules={required}
        {...(isCut && { extra: t('chirpstack.remoteCut', { count: REMOTE_TENANTS_MAX }) })}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={named(tenants)}
          loading={mayManage && remote.isPending}
          // An application belongs to the tenant it was chosen with.
          onChange={() => form.setFieldValue('application_id', undefined)}
        />
      </Form.Item>
      <Form.Item name="application_id" label={t('chirpstack.application')} rules={required}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={named(applications.data)}
          loading={applications.isFetching}
        />
      </Form.Item>
      <GatedButton
        type="primary"
        htmlType={mayManage ? 'submit' : 'button'}
        disabled={false}
        loading={link.isPending}
        isAllowed={mayManage}
        reason={t('tenants.notAllowed')}
      >
        {t('chirpstack.link')}
      </GatedButton>
    </Form>
  );
}

function named(things: { id: string; name: string }[] | undefined) {
  return (things ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

/** A customer without a part of ChirpStack; a form's field gives it its value. */
function CustomerPicker({ taken, ...field }: PickerProps & { taken: string[] }) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const customers = useQuery(customersQuery(useTenantId(), q));
  const free = customers.data?.tenants.filter(({ kind }) => kind !== 'platform') ?? [];
  return (
    <SearchPicker
      {...field}
      placeholder={t('chirpstack.findTenant')}
      isSearching={customers.isFetching}
      nothing={t('chirpstack.noTenant')}
      onSearch={setQ}
      options={free.map(({ id, name, slug }) => ({
        value: id,
        name,
        second: slug,
        ...(taken.includes(id) && { refusal: t('chirpstack.isLinked') }),
      }))}
    />
  );
}
