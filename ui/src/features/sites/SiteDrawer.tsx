import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import type { Site } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useChangeSite, useCreateSite } from './queries';
import { SiteFields } from './SiteFields';
import styles from './sites.module.css';
import { ownZone } from './timeZones';
import { draftOf, type SiteValues, siteFields, valuesOf } from './values';

type Props = {
  /** Which site is edited; `new` for one that is to be; null while closed. */
  siteId: string | null;
  onClose: () => void;
  onCreated?: (site: Site) => void;
};

/** Creates or edits a site; there is too much to say of one for a dialog. */
export function SiteDrawer({ siteId, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const isNew = siteId === 'new';
  const known = useQuery(siteQuery(useTenantId(), isNew ? '' : (siteId ?? '')));
  return (
    <Drawer
      open={siteId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(600px, 100vw)"
      title={
        isNew ? t('sites.create') : t('sites.editTitle', { name: known.data?.site.name ?? '…' })
      }
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="site" formNoValidate>
            {isNew ? t('sites.createSubmit') : t('common.save')}
          </Button>
        </div>
      }
    >
      {isNew && <SiteForm site={null} etag={null} onClose={onClose} onCreated={onCreated} />}
      {!isNew && known.isLoading && <PageSkeleton />}
      {!isNew && known.error && !known.data && <ProblemAlert error={known.error} />}
      {!isNew && known.data && siteId && (
        <SiteForm site={known.data.site} etag={known.data.etag} onClose={onClose} />
      )}
    </Drawer>
  );
}

type FormProps = Pick<Props, 'onClose' | 'onCreated'> & { site: Site | null; etag: string | null };

function SiteForm({ site, etag, onClose, onCreated }: FormProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const create = useCreateSite();
  const change = useChangeSite();
  const [form] = Form.useForm<SiteValues>();
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: siteFields,
    send: async (values: SiteValues) =>
      site
        ? change.mutateAsync({ id: site.id, etag, body: draftOf(values) })
        : { site: await create.mutateAsync(draftOf(values)), etag: null },
    onDone: ({ site: saved, etag: version }) => {
      const { id, name } = saved;
      onClose();
      if (site) {
        const body = draftOf(valuesOf(site));
        // Named by its version: what somebody has changed since is not undone with it.
        const undo = () => change.mutateAsync({ id, etag: version, body });
        toast.undoable(t('sites.saved', { name }), undo);
      } else {
        toast.done(t('sites.created', { name }));
        onCreated?.(saved);
      }
    },
  });
  const initial: SiteValues = site
    ? valuesOf(site)
    : { name: '', timezone: ownZone(), is_active: true };
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="site"
        layout="vertical"
        noValidate
        initialValues={initial}
        onFinish={submit}
      >
        <SiteFields timezone={initial.timezone} isNew={site === null} />
      </Form>
    </>
  );
}
