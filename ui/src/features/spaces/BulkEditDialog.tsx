import { Form, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { BayKind, Space, SpaceChange } from '@/api/types';
import { bayKinds, useBayWords } from '@/components/bays';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useChangeSpaces, useUnchangeSpaces } from './queries';
import { useParts } from './SpaceFields';
import styles from './spaces.module.css';

/** Not an id the server gives: the level or zone is to be none. */
const CLEAR = 'clear';

type Values = {
  kind?: BayKind;
  level_id?: string;
  zone_id?: string;
  is_reservable?: 'true' | 'false';
  auto_release?: 'after' | 'never';
  auto_release_minutes?: number;
};

/** Only what was set; what was left alone is not sent. */
export function changeOf(values: Values): SpaceChange {
  const { kind, level_id, zone_id, is_reservable, auto_release, auto_release_minutes } = values;
  const part = (id: string) => (id === CLEAR ? null : id);
  return {
    ...(kind ? { kind } : {}),
    ...(level_id ? { level_id: part(level_id) } : {}),
    ...(zone_id ? { zone_id: part(zone_id) } : {}),
    ...(is_reservable ? { is_reservable: is_reservable === 'true' } : {}),
    ...(auto_release === 'never' ? { auto_release_minutes: null } : {}),
    ...(auto_release === 'after' && auto_release_minutes ? { auto_release_minutes } : {}),
  };
}

type Props = { spaces: Space[]; isOpen: boolean; onClose: () => void; onDone: () => void };

export function BulkEditDialog({ spaces, isOpen, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const change = useChangeSpaces();
  const unchange = useUnchangeSpaces();
  const [form] = Form.useForm<Values>();
  const values = Form.useWatch([], form) ?? {};
  const isNothing = Object.keys(changeOf(values)).length === 0;
  const count = spaces.length;
  const formatted = formats.number(count);
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['kind', 'level_id', 'zone_id', 'is_reservable', 'auto_release_minutes'],
    send: async (wanted: Values) => {
      const sent = changeOf(wanted);
      await change.mutateAsync({ ids: spaces.map(({ id }) => id), change: sent });
      return sent;
    },
    onDone: (sent) => {
      const undo = () => unchange.mutateAsync({ spaces, change: sent });
      toast.undoable(t('spaces.savedMany', { count, formatted }), undo);
      onClose();
      onDone();
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('spaces.bulkEditTitle', { count, formatted })}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'bulk-edit',
        disabled: isNothing,
        title: isNothing ? t('spaces.nothingSet') : undefined,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      <p>{t('spaces.bulkEditText')}</p>
      <FormProblem error={error} shownFields={shownFields} />
      <Form form={form} name="bulk-edit" layout="vertical" requiredMark={false} onFinish={submit}>
        <BulkFields spaces={spaces} isTimed={values.auto_release === 'after'} />
      </Form>
    </Modal>
  );
}

function BulkFields({ spaces, isTimed }: { spaces: Space[]; isTimed: boolean }) {
  const { t } = useTranslation();
  const words = useBayWords();
  const sites = new Set(spaces.map(({ site_id }) => site_id));
  const [siteId] = sites;
  const isOneSite = sites.size === 1;
  const { levels, zones } = useParts(isOneSite ? siteId : undefined);
  const clear = { value: CLEAR, label: t('spaces.clearIt') };
  const unset = { allowClear: true, placeholder: t('spaces.unchanged') };
  return (
    <>
      <Form.Item name="kind" label={t('spaces.kind')}>
        <Select
          {...unset}
          options={bayKinds.map((value) => ({ value, label: words.kind(value) }))}
        />
      </Form.Item>
      {isOneSite ? (
        <div className={styles.pair}>
          <Form.Item name="level_id" label={t('spaces.level')}>
            <Select {...unset} options={[...levels, clear]} />
          </Form.Item>
          <Form.Item name="zone_id" label={t('spaces.zone')}>
            <Select {...unset} options={[...zones, clear]} />
          </Form.Item>
        </div>
      ) : (
        <p className={styles.hint}>{t('spaces.bulkSeveralSites')}</p>
      )}
      <Form.Item name="is_reservable" label={t('spaces.reservable')}>
        <Select
          {...unset}
          options={[
            { value: 'true', label: t('spaces.isReservable') },
            { value: 'false', label: t('spaces.notReservable') },
          ]}
        />
      </Form.Item>
      <Form.Item name="auto_release" label={t('spaces.autoRelease')}>
        <Select
          {...unset}
          options={[
            { value: 'after', label: t('spaces.autoReleaseChoice') },
            { value: 'never', label: t('spaces.autoReleaseNever') },
          ]}
        />
      </Form.Item>
      {isTimed && (
        <Form.Item name="auto_release_minutes" label={t('spaces.autoReleaseMinutes')}>
          <InputNumber min={1} max={1440} precision={0} autoFocus />
        </Form.Item>
      )}
    </>
  );
}
