import { Button, Drawer, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { readDevice } from '@/api/devices';
import type { Device } from '@/api/types';
import { ConflictAlert } from '@/components/ConflictAlert';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useVersioned, type Version } from '@/components/useVersioned';
import { AppKeyField, IdentityFields, MoreFields } from './DeviceFields';
import styles from './devices.module.css';
import { useChangeDevice } from './queries';
import { changeOf, type DeviceValues, deviceFields, valuesOf } from './values';

type Props = { known: Version<Device>; isOpen: boolean; onClose: () => void };

export function EditDeviceDrawer({ known, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={isOpen}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={t('devices.editTitle', { name: deviceTitle(known.thing) })}
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="edit-device" formNoValidate>
            {t('common.save')}
          </Button>
        </div>
      }
    >
      <EditForm known={known} onClose={onClose} />
    </Drawer>
  );
}

/** Holds the device as it was when it opened: what comes in meanwhile does not change what is typed. */
function EditForm({ known, onClose }: { known: Version<Device>; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeDevice();
  const [form] = Form.useForm<DeviceValues>();
  const versioned = useVersioned<Device, DeviceValues>({
    form,
    fields: deviceFields,
    known,
    valuesOf,
    reload: async () => {
      const { device, etag } = await readDevice(known.thing.id);
      return { thing: device, etag };
    },
    save: (values, { thing, etag }) =>
      change.mutateAsync({ id: thing.id, etag, body: changeOf(thing, values) }),
  });
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: deviceFields,
    send: versioned.send,
    onDone: () => {
      toast.done(t('devices.saved', { name: deviceTitle(known.thing) }));
      onClose();
    },
  });
  const labels = useLabels();
  const { theirs } = versioned;
  return (
    <>
      {theirs ? (
        <ConflictAlert
          rows={versioned.clashes.map(({ field, isBoth }) => ({
            field,
            label: labels[field] ?? field,
            theirs: shownValue(theirs, field),
            isBoth,
          }))}
          isSending={isSending}
          onKeepMine={versioned.keepMine}
          onTakeTheirs={versioned.takeTheirs}
        />
      ) : (
        <FormProblem error={error} shownFields={shownFields} />
      )}
      <Form
        form={form}
        name="edit-device"
        layout="vertical"
        noValidate
        initialValues={valuesOf(known.thing)}
        onFinish={submit}
      >
        <IdentityFields />
        <MoreFields />
        <AppKeyField hasKey={known.thing.has_app_key} />
      </Form>
    </>
  );
}

function useLabels(): Partial<Record<string, string>> {
  const { t } = useTranslation();
  return {
    name: t('fields.name'),
    model: t('devices.model'),
    heartbeat_seconds: t('devices.heartbeat'),
    join_eui: 'JoinEUI',
    serial_number: t('devices.serial'),
    notes: t('spaces.notes'),
    metadata: t('keyValues.title'),
  };
}

/** What a field of the device says now, for the one who has typed something else. */
function shownValue(device: Device, field: string): string {
  if (field === 'model') return device.model ? `${device.model.vendor} ${device.model.name}` : '';
  if (field === 'metadata') {
    return Object.entries(device.metadata as Record<string, unknown>)
      .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  }
  const value = (device as unknown as Record<string, unknown>)[field];
  return value === null || value === undefined ? '' : String(value);
}
