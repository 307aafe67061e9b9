import { useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Version } from '@/components/useVersioned';

/** What a form in the dialog is about, and whose clocks its times are told by. */
export type Known<Thing> = {
  known: Version<Thing>;
  siteName: string;
  zone: string;
  onClose: () => void;
};

type Props<Thing> = {
  title: string;
  /** The name of the form that the dialog sends. */
  form: string;
  siteId: string;
  known: { data: Version<Thing> | undefined; error: unknown };
  onClose: () => void;
  children: (known: Known<Thing>) => ReactNode;
};

/** A dialog around a form that changes what is read when it opens. */
export function EditDialog<Thing>(props: Props<Thing>) {
  const { title, form, siteId, known, onClose, children } = props;
  const { t } = useTranslation();
  const site = useQuery(siteQuery(useTenantId(), siteId)).data?.site;
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form,
        disabled: !known.data || !site,
      }}
      cancelText={t('common.cancel')}
    >
      {known.error && !known.data ? <ProblemAlert error={known.error} /> : null}
      {known.data && site
        ? children({ known: known.data, siteName: site.name, zone: site.timezone, onClose })
        : !known.error && <Skeleton active />}
    </Modal>
  );
}
