import { useQuery } from '@tanstack/react-query';
import { DatePicker, Form, Input, Modal, Radio } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import type { OverrideKind, Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { instantOf } from '@/components/zoneTime';
import { useSetState } from './queries';
import styles from './spaces.module.css';

const kinds: readonly OverrideKind[] = ['out_of_service', 'blocked'];
const WALL = 'YYYY-MM-DDTHH:mm';

type Values = {
  kind: OverrideKind;
  reason: string;
  notes?: string;
  starts_at?: Dayjs | null;
  ends_at?: Dayjs | null;
};

type Props = { space: Space; onClose: () => void; kind?: OverrideKind };

/** Takes a bay out of use, for a while or until somebody puts it back. */
export function OverrideDialog({ space, onClose, kind = 'out_of_service' }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const site = useQuery(siteQuery(useTenantId(), space.site_id)).data?.site;
  const setState = useSetState();
  const [form] = Form.useForm<Values>();
  const { id, code } = space;
  // By the time it is done, this one is among them.
  const [hadAny] = useState(space.overrides.length > 0);
  const zone = site?.timezone;
  // What the calendar shows is the wall clock of the site, wherever the reader sits.
  const instant = (wall: Dayjs | null | undefined) =>
    wall && zone ? instantOf(zone, wall.format(WALL)) : null;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['kind', 'reason', 'notes', 'starts_at', 'ends_at'],
    send: async (values: Values) => {
      const { kind, reason, notes } = values;
      const [starts_at, ends_at] = [instant(values.starts_at), instant(values.ends_at)];
      const note = notes?.trim();
      await setState.mutateAsync({
        id,
        state: 'maintenance',
        kind,
        reason,
        ...(note ? { notes: note } : {}),
        ...(starts_at ? { starts_at } : {}),
        ...(ends_at ? { ends_at } : {}),
      });
      return starts_at;
    },
    onDone: (starts_at) => {
      onClose();
      const isLater = starts_at && zone && Date.parse(starts_at) > Date.now();
      const text = isLater
        ? t('spaces.takenOutLater', { code, at: formats.instantIn(zone, starts_at) })
        : t('spaces.takenOut', { code });
      // To put it back ends all that takes it out; that undoes this only where this is all there is.
      if (hadAny) toast.done(text);
      else toast.undoable(text, () => setState.mutateAsync({ id, state: 'automatic' }));
    },
  });
  return (
    <Modal
      open
      title={t('spaces.takeOutTitle', { code })}
      onCancel={onClose}
      okText={t('spaces.takeOut')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'override',
        // Without the site's time zone its hours mean nothing.
        disabled: !site,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="override"
        layout="vertical"
        initialValues={{ kind }}
        onFinish={submit}
      >
        <OverrideFields siteName={space.site_name} zone={zone} />
      </Form>
    </Modal>
  );
}

function OverrideFields({ siteName, zone }: { siteName: string; zone: string | undefined }) {
  const { t } = useTranslation();
  const moment = {
    showTime: { format: 'HH:mm', minuteStep: 5 as const },
    format: 'YYYY-MM-DD HH:mm',
    className: styles.moment,
    needConfirm: false,
    // "Now" would be the reader's, not the site's.
    showNow: false,
  };
  return (
    <>
      <Form.Item name="kind" label={t('spaces.overrideKind')} required>
        <Radio.Group className={styles.choices}>
          {kinds.map((kind) => (
            <Radio key={kind} value={kind}>
              {t(`spaces.overrideKinds.${kind}.name`)}
              <span className={styles.second}>{t(`spaces.overrideKinds.${kind}.text`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('spaces.reason')}
        extra={t('spaces.reasonHint')}
        rules={[{ required: true, whitespace: true, message: t('spaces.reasonRequired') }]}
      >
        <Input autoFocus maxLength={255} autoComplete="off" />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="starts_at" label={t('spaces.from')} extra={t('spaces.fromHint')}>
          <DatePicker {...moment} />
        </Form.Item>
        <Form.Item name="ends_at" label={t('spaces.until')} extra={t('spaces.untilHint')}>
          <DatePicker {...moment} />
        </Form.Item>
      </div>
      {zone && (
        <p className={styles.hint}>
          {t('spaces.timesIn', { site: siteName, zone: zone.replace(/_/g, ' ') })}
        </p>
      )}
      <Form.Item name="notes" label={t('spaces.notes')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
    </>
  );
}
