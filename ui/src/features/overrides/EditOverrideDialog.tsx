import { useQuery } from '@tanstack/react-query';
import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Override } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { ConflictAlert } from '@/components/ConflictAlert';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useVersioned, type Version } from '@/components/useVersioned';
import { EditDialog, type Known } from './EditDialog';
import { overrideQuery, readOverride, useChangeOverride } from './queries';
import { useClashRows } from './useClashRows';
import { changeOf, type EditValues, editFields, valuesOf } from './values';
import { WindowFields } from './WindowFields';

type Props = { one: Pick<Override, 'id' | 'space_code' | 'site_id'>; onClose: () => void };

/** Changes what takes a bay out of use: how, why, and until when. */
export function EditOverrideDialog({ one, onClose }: Props) {
  const { t } = useTranslation();
  const known = useQuery(overrideQuery(useTenantId(), one.id));
  return (
    <EditDialog
      title={t('overrides.editTitle', { code: one.space_code })}
      form="edit-override"
      siteId={one.site_id}
      known={known}
      onClose={onClose}
    >
      {(opened) => <EditForm {...opened} />}
    </EditDialog>
  );
}

function EditForm({ known, siteName, zone, onClose }: Known<Override>) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeOverride();
  const [form] = Form.useForm<EditValues>();
  const valuesHere = (thing: Override) => valuesOf(zone, thing);
  const versioned = useVersioned<Override, EditValues>({
    form,
    fields: editFields,
    known,
    valuesOf: valuesHere,
    reload: () => readOverride(known.thing.id),
    save: async (values, { thing, etag }) => {
      const body = changeOf(zone, thing, values);
      return { before: thing, saved: await change.mutateAsync({ id: thing.id, etag, body }) };
    },
  });
  const rows = useClashRows(zone);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: editFields,
    send: versioned.send,
    onDone: (done) => {
      onClose();
      const { before, saved } = done as { before: Override; saved: Version<Override> };
      const { kind, reason, notes, starts_at, ends_at } = before;
      const body = { kind, reason, notes: notes ?? null, starts_at, ends_at: ends_at ?? null };
      const text = t('overrides.saved', { code: before.space_code });
      // What has begun by it cannot be made to begin later again.
      if (saved.thing.stage !== before.stage) {
        toast.done(text);
        return;
      }
      // Named by its version: what somebody has changed since is not undone with it.
      toast.undoable(text, () => change.mutateAsync({ id: before.id, etag: saved.etag, body }));
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
        <FormProblem error={error} shownFields={shownFields} />
      )}
      <Form
        form={form}
        name="edit-override"
        layout="vertical"
        initialValues={valuesHere(known.thing)}
        onFinish={submit}
      >
        <WindowFields siteName={siteName} zone={zone} isBegun={known.thing.stage === 'in_force'} />
      </Form>
    </>
  );
}
