import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { CheckOutlined, PlayCircleOutlined, StopOutlined, UndoOutlined } from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { MuteDialog } from './MuteDialog';
import { useHandleAlarms } from './useHandleAlarms';

/** Everything one may do about an alarm. */
export function AlarmActions({ alarm, caption }: { alarm: Alarm; caption?: string }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('alarms:handle');
  const handle = useHandleAlarms();
  const [isMuting, setIsMuting] = useState(false);
  const over = alarm.is_open ? null : t('alarms.isOver');
  const actions: RowAction[] = [
    alarm.acknowledged_at
      ? {
          key: 'unacknowledge',
          label: t('alarms.unacknowledge'),
          icon: <UndoOutlined />,
          refusal: refusal ?? over,
          onPick: () => handle('unacknowledge', [alarm]),
        }
      : {
          key: 'acknowledge',
          label: t('alarms.acknowledge'),
          icon: <CheckOutlined />,
          refusal: refusal ?? over,
          onPick: () => handle('acknowledge', [alarm]),
        },
    alarm.is_muted
      ? {
          key: 'unmute',
          label: t('alarms.unmute'),
          icon: <PlayCircleOutlined />,
          refusal,
          onPick: () => handle('unmute', [alarm]),
        }
      : {
          key: 'mute',
          label: t('alarms.mute'),
          icon: <StopOutlined />,
          refusal,
          onPick: () => setIsMuting(true),
        },
  ];
  return (
    <>
      <RowMenu
        label={t('alarms.actionsFor', { name: alarm.subject_name })}
        caption={caption}
        actions={actions}
      />
      {isMuting && <MuteDialog alarms={[alarm]} onClose={() => setIsMuting(false)} />}
    </>
  );
}
