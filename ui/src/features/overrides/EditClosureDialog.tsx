import { useQuery } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { BookingsWish, Closure } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { ConflictAlert } from '@/components/ConflictAlert';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useVersioned } from '@/components/useVersioned';
import { BookingsField, InTheWay } from './BookingsField';
import { EditDialog, type Known } from './EditDialog';
import { closureQuery, readClosure, useChangeClosure } from './queries';
import { useClashRows } from './useClashRows';
import { changeOf, type EditValues, editFields, valuesOf } from './values';
import { WindowFields } from './WindowFields';

type Values = EditValues & { name: string; bookings?: BookingsWish };
const fields = ['name', ...editFields] as const;

type Props = { one: Pick<Closure, 'id' | 'name' | 'site_id'>; onClose: () => void };

/** Changes a closure with all its bays. */
export function EditClosureDialog({ one, onClose }: Props) {
  const { t } = useTranslation();
  const known = useQuery(closureQuery(useTenantId(), one.id));
  return (
    <EditDialog
      title={t('closures.editTitle', { name: one.name })}
      form="edit-closure"
      siteId={one.site_id}
      known={known}
      onClose={onClose}
    >
      {(opened) => <EditForm {...opened} />}
    </EditDialog>
  );
}

function EditForm({ known, siteName, zone, onClose }: Known<Closure>) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeClosure();
  const mayBook = useEstateRefusal('reservations:book');
  const [form] = Form.useForm<Values>();
  const valuesHere = (thing: Closure): Values => ({ name: thing.name, ...valuesOf(zone, thing) });
  const versioned = useVersioned<Closure, Values>({
    form,
    fields,
    known,
    valuesOf: valuesHere,
    reload: () => readClosure(known.thing.id),
    save: (values, { thing, etag }) => {
      const { ends_at, ...rest } = changeOf(zone, thing, values);
      const body = {
        ...(values.name === thing.name ? {} : { name: values.name }),
        ...rest,
        ...(ends_at ? { ends_at } : {}),
        bookings: values.bookings ?? 'refuse',
      };
      return change.mutateAsync({ id: thing.id, etag, body });
    },
  });
  const rows = useClashRows(zone);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields,
    send: versioned.send,
    onDone: () => {
      toast.done(t('closures.saved', { name: known.thing.name }));
      onClose();
    },
  });
  return (
    <>
      {versioned.theirs ? (
        <ConflictAlert
          rows={rows(versioned.theirs, versioned.clashes)}
          isSending={isSending}
          onKeepMine={versioned.keepMine}
          onTakeTheirs={versioned.takeTheirs}
        />
      ) : (
        <>
          <FormProblem error={error} shownFields={shownFields} />
          <InTheWay error={error} zone={zone} />
        </>
      )}
      <Form
        form={form}
        name="edit-closure"
        layout="vertical"
        initialValues={{ ...valuesHere(known.thing), bookings: 'refuse' }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, whitespace: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
        <WindowFields
          siteName={siteName}
          zone={zone}
          isEndRequired
          isBegun={known.thing.stage === 'in_force'}
        />
        <BookingsField label={t('closures.bookings.newLabel')} mayBook={mayBook} />
      </Form>
    </>
  );
}
