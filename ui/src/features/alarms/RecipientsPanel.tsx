import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlarmRecipient } from '@/api/types';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useAlarmWords } from '@/components/alarms';
import { useConfirm } from '@/components/confirm';
import { GatedButton } from '@/components/GatedButton';
import {
  DeleteOutlined,
  EditOutlined,
  MailOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
  PlusOutlined,
} from '@/components/icons';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowMenu } from '@/components/RowMenu';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './alarms.module.css';
import {
  recipientsQuery,
  useChangeRecipient,
  useDeleteRecipient,
  useTestRecipient,
} from './queries';
import { RecipientDialog } from './RecipientDialog';

const nameOf = ({ member_name, address, email }: AlarmRecipient) =>
  member_name ?? address ?? email ?? '–';

/** Who is written to, and of what; their addresses are for administrators to see. */
export function RecipientsPanel({ refusal }: { refusal: string | null }) {
  const { t } = useTranslation();
  const mayRead = useCan('alarms:manage');
  const [open, setOpen] = useState<AlarmRecipient | 'new' | null>(null);
  return (
    <Panel
      title={t('alarmRules.recipients')}
      intro={t('alarmRules.recipientsText')}
      extra={
        <GatedButton
          icon={<PlusOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setOpen('new')}
        >
          {t('alarmRules.addRecipient')}
        </GatedButton>
      }
    >
      {mayRead ? (
        <Recipients refusal={refusal} onEdit={setOpen} />
      ) : (
        <p className={styles.hint}>{t('alarmRules.recipientsHidden')}</p>
      )}
      {open !== null && (
        <RecipientDialog recipient={open === 'new' ? null : open} onClose={() => setOpen(null)} />
      )}
    </Panel>
  );
}

type ListProps = { refusal: string | null; onEdit: (recipient: AlarmRecipient) => void };

function Recipients({ refusal, onEdit }: ListProps) {
  const { t } = useTranslation();
  const query = useQuery(recipientsQuery(useTenantId()));
  if (query.isPending) return <Skeleton active />;
  if (!query.data) {
    return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  const { recipients } = query.data;
  if (recipients.length === 0) return <p className={styles.hint}>{t('alarmRules.nobody')}</p>;
  return (
    <ul className={styles.recipients}>
      {recipients.map((recipient) => (
        <RecipientItem
          key={recipient.id}
          recipient={recipient}
          refusal={refusal}
          onEdit={() => onEdit(recipient)}
        />
      ))}
    </ul>
  );
}

type ItemProps = { recipient: AlarmRecipient; refusal: string | null; onEdit: () => void };

function RecipientItem({ recipient, refusal, onEdit }: ItemProps) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const { kinds, severity_min, site_ids, is_active, address, member_name } = recipient;
  const what = [
    t('alarmRules.from', { severity: words.severity(severity_min) }),
    kinds.length > 0 ? kinds.map(words.kind).join(', ') : t('alarmRules.allKinds'),
    site_ids.length > 0
      ? t('alarmRules.someSites', { count: site_ids.length })
      : t('alarmRules.allSites'),
  ];
  return (
    <li>
      <div className={styles.recipientWords}>
        <strong>{nameOf(recipient)}</strong>
        {member_name && address && <span className={styles.second}>{address}</span>}
        <span className={styles.second}>{what.join('; ')}</span>
        {!is_active && <StatusTag tone="quiet">{t('alarmRules.paused')}</StatusTag>}
        {is_active && !address && <StatusTag tone="warning">{t('alarmRules.noAddress')}</StatusTag>}
      </div>
      <RecipientMenu recipient={recipient} refusal={refusal} onEdit={onEdit} />
    </li>
  );
}

function RecipientMenu({ recipient, refusal, onEdit }: ItemProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const confirm = useConfirm();
  const change = useChangeRecipient();
  const remove = useDeleteRecipient();
  const test = useTestRecipient();
  const { id, is_active } = recipient;
  const name = nameOf(recipient);
  const pause = () =>
    change.mutate(
      { id, body: { is_active: !is_active } },
      { onSuccess: () => toast.done(t('alarmRules.saved')), onError: toast.failed },
    );
  const send = () =>
    test.mutate(id, {
      onSuccess: () => toast.done(t('alarmRules.testSent', { name })),
      onError: toast.failed,
    });
  const strike = () =>
    confirm({
      title: t('alarmRules.deleteTitle', { name }),
      text: t('alarmRules.deleteText'),
      verb: t('common.delete'),
      action: () => remove.mutateAsync(id),
    });
  return (
    <RowMenu
      label={t('alarms.actionsFor', { name })}
      actions={[
        {
          key: 'test',
          label: t('alarmRules.test'),
          icon: <MailOutlined />,
          refusal: refusal ?? (is_active ? null : t('alarmRules.paused')),
          onPick: send,
        },
        { key: 'edit', label: t('common.edit'), icon: <EditOutlined />, refusal, onPick: onEdit },
        {
          key: 'pause',
          label: is_active ? t('alarmRules.pause') : t('alarmRules.resume'),
          icon: is_active ? <PauseCircleOutlined /> : <PlayCircleOutlined />,
          refusal,
          onPick: pause,
        },
        {
          key: 'delete',
          label: t('common.delete'),
          icon: <DeleteOutlined />,
          isDanger: true,
          refusal,
          onPick: strike,
        },
      ]}
    />
  );
}
