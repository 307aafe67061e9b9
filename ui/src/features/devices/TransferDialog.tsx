import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device, Transfer } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { SearchPicker } from '@/components/SearchPicker';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './devices.module.css';
import { tenantChoicesQuery, useTransfer } from './queries';

/** What can stand in the way, as the server calls it. */
const blockers = [
  'assigned',
  'same_tenant',
  'platform_tenant',
  'no_such_tenant',
  'tenant_not_active',
  'limit_reached',
] as const;
const isBlocker = (code: string): code is (typeof blockers)[number] =>
  blockers.some((known) => known === code);

type Values = { tenant_id: string; reason: string };

/** Hands a device to another tenant. What stands in the way is said before anything happens. */
export function TransferDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const transfer = useTransfer();
  const trial = useTransfer();
  const [form] = Form.useForm<Values>();
  const name = deviceTitle(device);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['tenant_id', 'reason'],
    send: (values: Values) => transfer.mutateAsync({ id: device.id, dry_run: false, ...values }),
    onDone: ({ device: received }) => {
      toast.done(t('devices.transferred', { name, tenant: received?.tenant_name ?? '' }));
      onClose();
    },
  });
  const isFree = trial.data?.blockers.length === 0;

  function tryOut(tenant_id: string | undefined) {
    form.setFieldsValue({ tenant_id });
    trial.reset();
    if (tenant_id) trial.mutate({ id: device.id, tenant_id, dry_run: true });
  }

  return (
    <Modal
      open
      title={t('devices.transferTitle', { name })}
      onCancel={onClose}
      okText={t('devices.transferSubmit')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'transfer',
        disabled: !isFree,
        title: isFree ? undefined : t('devices.transferChoose'),
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <p>{t('devices.transferText', { tenant: device.tenant_name })}</p>
      <FormProblem error={error ?? trial.error} shownFields={shownFields} />
      <Form form={form} name="transfer" layout="vertical" onFinish={submit}>
        <Form.Item
          name="tenant_id"
          label={t('devices.transferTo')}
          rules={[{ required: true, message: t('devices.transferChoose') }]}
        >
          <TenantPicker onPick={tryOut} except={device.tenant_id} />
        </Form.Item>
        <div role="status">{trial.data && <Verdict transfer={trial.data} />}</div>
        <Form.Item
          name="reason"
          label={t('devices.reason')}
          extra={t('devices.transferReasonHint')}
          rules={[{ required: true, whitespace: true, message: t('devices.reasonRequired') }]}
        >
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

type PickerProps = {
  id?: string;
  value?: string;
  except: string;
  onPick: (tenantId: string | undefined) => void;
};

function TenantPicker({ id, value, except, onPick }: PickerProps) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const tenants = useQuery(tenantChoicesQuery(useTenantId(), q));
  return (
    <SearchPicker
      {...(id ? { id } : {})}
      {...(value ? { value } : {})}
      onChange={onPick}
      placeholder={t('devices.findTenant')}
      isSearching={tenants.isFetching}
      nothing={t('devices.noTenant')}
      onSearch={setQ}
      options={(tenants.data?.tenants ?? [])
        .filter((tenant) => tenant.id !== except)
        .map((tenant) => ({ value: tenant.id, name: tenant.name, second: tenant.slug }))}
    />
  );
}

/** What the trial found. */
function Verdict({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation();
  if (transfer.blockers.length === 0) {
    return (
      <Alert type="success" showIcon className={styles.alert} title={t('devices.transferFree')} />
    );
  }
  return (
    <Alert
      type="error"
      showIcon
      className={styles.alert}
      title={t('devices.transferBlocked')}
      description={
        <ul className={styles.plainList}>
          {transfer.blockers.map(({ code, message }) => (
            <li key={code}>{isBlocker(code) ? t(`devices.blockers.${code}`) : message}</li>
          ))}
        </ul>
      }
    />
  );
}
