import { useQuery } from '@tanstack/react-query';
import { Form, Modal, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { KeyValues } from '@/components/KeyValues';
import { type KeyValue, metadataOf, rowsOf } from '@/components/keyValues';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { spaceQuery, useChangeSpace } from './queries';
import { CodeFields, TraitFields } from './SpaceFields';
import { type SpaceValues, traitFields, traitsOf, valuesOf } from './values';

type Props = { spaceId: string; onClose: () => void };

/** Reads the bay first, for the version that a change must name. */
export function EditSpaceDialog({ spaceId, onClose }: Props) {
  const { t } = useTranslation();
  // As it was when the dialog opened: what comes in meanwhile must not change what is being typed.
  const known = useQuery({ ...spaceQuery(useTenantId(), spaceId), refetchInterval: false });
  return (
    <Modal
      open
      title={t('spaces.editTitle', { code: known.data?.space.code ?? '…' })}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'edit-bay',
        disabled: !known.data,
      }}
      cancelText={t('common.cancel')}
    >
      {known.isPending && <Skeleton active />}
      {known.error && !known.data && <ProblemAlert error={known.error} />}
      {known.data && <EditForm space={known.data.space} etag={known.data.etag} onClose={onClose} />}
    </Modal>
  );
}

type Values = SpaceValues & { metadata?: KeyValue[] };
type FormProps = { space: Space; etag: string | null; onClose: () => void };

function EditForm({ space, etag, onClose }: FormProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeSpace();
  const [form] = Form.useForm<Values>();
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: ['code', 'name', 'metadata', ...traitFields],
    send: ({ code, name, metadata, ...traits }: Values) =>
      change.mutateAsync({
        id: space.id,
        etag,
        body: {
          code,
          name: name?.trim() || null,
          metadata: metadataOf(metadata),
          ...traitsOf(traits),
        },
      }),
    onDone: ({ space: { id, code }, etag: saved }) => {
      const { code: oldCode, name, ...traits } = valuesOf(space);
      const body = {
        code: oldCode,
        name: name || null,
        ...traitsOf(traits),
        // Whoever leaves a level leaves its plan.
        ...(space.shape ? { shape: space.shape } : {}),
      };
      // Named by its version: what somebody has changed since is not undone with it.
      const undo = () => change.mutateAsync({ id, etag: saved, body });
      toast.undoable(t('spaces.saved', { code }), undo);
      onClose();
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="edit-bay"
        layout="vertical"
        initialValues={{ ...valuesOf(space), metadata: rowsOf(space.metadata) }}
        onFinish={submit}
      >
        <CodeFields />
        <TraitFields siteId={space.site_id} />
        <KeyValues name="metadata" />
      </Form>
    </>
  );
}
