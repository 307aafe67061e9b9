import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Gateway } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { type ClashRow, ConflictAlert } from '@/components/ConflictAlert';
import { FormProblem } from '@/components/FormProblem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useVersioned } from '@/components/useVersioned';
import { GatewayFields } from './GatewayFields';
import styles from './gateways.module.css';
import { gatewayQuery, readGateway, useChangeGateway, useCreateGateway } from './queries';
import { changeOf, draftOf, type GatewayValues, gatewayFields, valuesOf } from './values';

type Props = {
  /** Which gateway is edited; `new` for one that is to be; null while closed. */
  gatewayId: string | null;
  onClose: () => void;
};

export function GatewayForm({ gatewayId, onClose }: Props) {
  const { t } = useTranslation();
  const isNew = gatewayId === 'new';
  const known = useQuery(gatewayQuery(useTenantId(), isNew ? '' : (gatewayId ?? '')));
  const gateway = known.data?.gateway;
  return (
    <Drawer
      open={gatewayId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={isNew ? t('gateways.create') : t('gateways.editTitle', { name: gateway?.name ?? '…' })}
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="gateway" formNoValidate>
            {isNew ? t('gateways.createSubmit') : t('common.save')}
          </Button>
        </div>
      }
    >
      {isNew && <CreateForm onClose={onClose} />}
      {!isNew && known.isLoading && <Skeleton active />}
      {!isNew && known.error && !gateway && <ProblemAlert error={known.error} />}
      {!isNew && gateway && gatewayId && (
        <EditForm gateway={gateway} etag={known.data?.etag ?? null} onClose={onClose} />
      )}
    </Drawer>
  );
}

function CreateForm({ onClose }: Pick<Props, 'onClose'>) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateGateway();
  const [form] = Form.useForm<GatewayValues>();
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: gatewayFields,
    send: (values: GatewayValues) => create.mutateAsync(draftOf(values)),
    onDone: ({ name }) => {
      toast.done(t('gateways.created', { name }));
      onClose();
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form form={form} name="gateway" layout="vertical" noValidate onFinish={submit}>
        <GatewayFields isNew />
      </Form>
    </>
  );
}

type EditProps = { gateway: Gateway; etag: string | null; onClose: () => void };

function EditForm({ gateway, etag, onClose }: EditProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeGateway();
  const [form] = Form.useForm<GatewayValues>();
  const versioned = useVersioned<Gateway, GatewayValues>({
    form,
    fields: gatewayFields,
    known: { thing: gateway, etag },
    valuesOf,
    reload: async () => {
      const read = await readGateway(gateway.id);
      return { thing: read.gateway, etag: read.etag };
    },
    save: (values, base) =>
      change.mutateAsync({
        id: gateway.id,
        etag: base.etag,
        body: changeOf(base.thing, { ...values, eui: gateway.eui }),
      }),
  });
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: gatewayFields,
    send: versioned.send,
    onDone: () => {
      toast.done(t('gateways.saved', { name: gateway.name }));
      onClose();
    },
  });
  const rows = useClashRows(versioned.theirs, versioned.clashes);
  return (
    <>
      {versioned.theirs ? (
        <ConflictAlert
          rows={rows}
          isSending={isSending}
          onKeepMine={versioned.keepMine}
          onTakeTheirs={versioned.takeTheirs}
        />
      ) : (
        <FormProblem error={error} shownFields={shownFields} />
      )}
      <Form
        form={form}
        name="gateway"
        layout="vertical"
        noValidate
        initialValues={valuesOf(gateway)}
        onFinish={submit}
      >
        <GatewayFields isNew={false} />
      </Form>
    </>
  );
}

/** What somebody else's version says, by the words of the form. */
function useClashRows(
  theirs: Gateway | null,
  clashes: { field: keyof GatewayValues; isBoth: boolean }[],
): ClashRow[] {
  const { t } = useTranslation();
  if (!theirs) return [];
  const shown: Record<keyof GatewayValues, [label: string, value: unknown]> = {
    eui: ['EUI', theirs.eui],
    name: [t('fields.name'), theirs.name],
    site_id: [t('spaces.site'), theirs.site_name],
    latitude: [t('sites.latitude'), theirs.latitude],
    longitude: [t('sites.longitude'), theirs.longitude],
    altitude: [t('gateways.altitude'), theirs.altitude],
    heartbeat_seconds: [t('devices.heartbeat'), theirs.heartbeat_seconds],
    notes: [t('spaces.notes'), theirs.notes],
    metadata: [t('keyValues.title'), JSON.stringify(theirs.metadata)],
  };
  return clashes.map(({ field, isBoth }) => {
    const [label, value] = shown[field];
    return { field, label, theirs: value == null ? '' : String(value), isBoth };
  });
}
