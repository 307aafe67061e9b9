import { useQuery } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import styles from './chirpstack.module.css';
import {
  applicationsQuery,
  customersQuery,
  linksQuery,
  remoteTenantsQuery,
  useLink,
  useUnlink,
} from './queries';

/** Which tenant is which in ChirpStack, for those who run the installation. */
export function Links() {
  const { t } = useTranslation();
  const isAllowed = useCan('tenants:read');
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
            <Button
              size="small"
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
            </Button>
          </li>
        ))}
      </ul>
      <LinkForm taken={links.data?.links.map(({ tenant_id }) => tenant_id) ?? []} />
    </Panel>
  );
}

type Draft = { tenant_id: string; remote_tenant_id: string; application_id: string };

function LinkForm({ taken }: { taken: string[] }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const remote = useQuery(remoteTenantsQuery(tenantId, true));
  const customers = useQuery(customersQuery(tenantId, true));
  const [form] = Form.useForm<Draft>();
  const chosen = Form.useWatch('remote_tenant_id', form);
  const toast = useToast();
  const link = useLink();
  const applications = useQuery(applicationsQuery(tenantId, chosen));
  const named = (things: { id: string; name: string }[] | undefined) =>
    (things ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const free = customers.data?.tenants.filter(
    ({ id, kind }) => kind !== 'platform' && !taken.includes(id),
  );
  const required = [{ required: true, message: t('chirpstack.choose') }];
  const failed = [remote, applications].find(({ error }) => error);
  if (failed?.error) {
    return <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  return (
    <Form
      form={form}
      layout="vertical"
      className={styles.form ?? ''}
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
        <Select options={named(free)} loading={customers.isPending} />
      </Form.Item>
      <Form.Item name="remote_tenant_id" label={t('chirpstack.remoteTenant')} rules={required}>
        <Select
          showSearch
          optionFilterProp="label"
          options={named(remote.data?.tenants)}
          loading={remote.isPending}
          onChange={() => form.resetFields(['application_id'])}
        />
      </Form.Item>
      <Form.Item name="application_id" label={t('chirpstack.application')} rules={required}>
        <Select options={named(applications.data)} loading={applications.isFetching} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={link.isPending}>
        {t('chirpstack.link')}
      </Button>
    </Form>
  );
}
