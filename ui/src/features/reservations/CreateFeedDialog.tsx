import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CalendarFeedDraft, MadeCalendarFeed } from '@/api/types';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { BayPicker } from '@/components/BayPicker';
import { FormProblem } from '@/components/FormProblem';
import { SitePicker } from '@/components/SitePicker';
import { useSubmit } from '@/components/useSubmit';
import { useCreateFeed } from './feedQueries';
import styles from './series.module.css';

type Values = { name: string; site_id?: string; space_id?: string; person?: string };
type Props = { onClose: () => void; onCreated: (made: MadeCalendarFeed) => void };

const fields = ['name', 'site_id', 'space_id', 'person'] as const;

function draftOf({ name, site_id, space_id, person }: Values): CalendarFeedDraft {
  const whose = person?.trim();
  return {
    name: name.trim(),
    ...(site_id && { site_id }),
    ...(space_id && { space_id }),
    ...(whose && { person: whose }),
  };
}

/** What a calendar elsewhere is to show: everything, or a site's, a bay's, a person's. */
export function CreateFeedDialog({ onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const seesPeople = useCan('reservations:people');
  const create = useCreateFeed();
  const [form] = Form.useForm<Values>();
  const site = Form.useWatch('site_id', form);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields,
    send: (values: Values) => create.mutateAsync(draftOf(values)),
    onDone: (made) => {
      onClose();
      onCreated(made);
    },
  });
  return (
    <Modal
      open
      title={t('feeds.create')}
      onCancel={onClose}
      okText={t('feeds.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'calendar-feed' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <p className={styles.hint}>{t('feeds.createText')}</p>
      <Form form={form} name="calendar-feed" layout="vertical" onFinish={submit}>
        <Form.Item
          name="name"
          label={t('fields.name')}
          extra={t('feeds.nameHint')}
          rules={[{ required: true, whitespace: true, message: t('feeds.nameRequired') }]}
        >
          <Input maxLength={100} autoComplete="off" autoFocus />
        </Form.Item>
        <Form.Item name="site_id" label={t('feeds.site')}>
          <SitePicker tenantId={tenantId} allowClear placeholder={t('feeds.allSites')} />
        </Form.Item>
        <Form.Item name="space_id" label={t('feeds.bay')}>
          <BayPicker
            key={site ?? ''}
            tenantId={tenantId}
            allowClear
            placeholder={t('feeds.allBays')}
            {...(site && { siteId: site })}
          />
        </Form.Item>
        {seesPeople && (
          <Form.Item name="person" label={t('feeds.person')} extra={t('feeds.personHint')}>
            <Input maxLength={254} autoComplete="off" placeholder={t('feeds.everybody')} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
