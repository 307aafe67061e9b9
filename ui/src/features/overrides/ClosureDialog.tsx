import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import type { BookingsWish } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { BookingsField, InTheWay } from './BookingsField';
import { PlaceFields, type PlaceValues } from './PlaceFields';
import { useCreateClosure, useEndClosure } from './queries';
import { WindowFields, type WindowValues, windowOf } from './WindowFields';

type Values = PlaceValues & WindowValues & { name: string; bookings: BookingsWish };

/** Closes bays of a site together for a while. */
export function ClosureDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateClosure();
  const end = useEndClosure();
  const mayBook = useEstateRefusal('reservations:book');
  const [form] = Form.useForm<Values>();
  const siteId = Form.useWatch('site_id', form);
  const site = useQuery(siteQuery(useTenantId(), siteId ?? '')).data?.site;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'site_id', 'level_id', 'zone_id', 'kind', 'reason', 'notes', 'ends_at'],
    send: ({ name, site_id, level_id, zone_id, bookings, ...rest }: Values) => {
      const window = windowOf(rest, site?.timezone);
      return create.mutateAsync({
        name,
        site_id,
        ...(level_id ? { level_id } : {}),
        ...(zone_id ? { zone_id } : {}),
        ...window,
        ends_at: window.ends_at ?? '',
        bookings,
      });
    },
    onDone: ({ id, name, spaces, moved, cancelled }) => {
      onClose();
      const said = [
        t('closures.created', { name, count: spaces }),
        ...(moved.length > 0 ? [t('closures.moved', { count: moved.length })] : []),
        ...(cancelled.length > 0 ? [t('closures.cancelled', { count: cancelled.length })] : []),
      ].join(' ');
      // Reservations that were moved or cancelled do not come back with the bays.
      if (moved.length + cancelled.length > 0) toast.done(said);
      else toast.undoable(said, () => end.mutateAsync(id));
    },
  });
  return (
    <Modal
      open
      title={t('closures.create')}
      onCancel={onClose}
      okText={t('closures.submit')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'closure',
        // Without the site's time zone its hours mean nothing.
        disabled: siteId !== undefined && !site,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <InTheWay error={error} zone={site?.timezone} />
      <Form
        form={form}
        name="closure"
        layout="vertical"
        initialValues={{ kind: 'blocked', bookings: 'refuse' }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
        >
          <Input autoFocus autoComplete="off" maxLength={100} />
        </Form.Item>
        <PlaceFields siteId={siteId} />
        <WindowFields siteName={site?.name} zone={site?.timezone} isEndRequired />
        <BookingsField label={t('closures.bookings.label')} mayBook={mayBook} />
      </Form>
    </Modal>
  );
}
