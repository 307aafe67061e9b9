import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { GatedButton } from '@/components/GatedButton';
import { CheckOutlined, StopOutlined } from '@/components/icons';
import { MuteDialog } from './MuteDialog';
import { useHandleAlarms } from './useHandleAlarms';

type Props = { alarms: Alarm[]; onDone: () => void };

/** What can be done about the picked alarms. */
export function BulkAlarmActions({ alarms, onDone }: Props) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('alarms:handle');
  const handle = useHandleAlarms(onDone);
  const [isMuting, setIsMuting] = useState(false);
  const gate = { isAllowed: refusal === null, reason: refusal ?? '' };
  return (
    <>
      <GatedButton {...gate} icon={<CheckOutlined />} onClick={() => handle('acknowledge', alarms)}>
        {t('alarms.acknowledge')}
      </GatedButton>
      <GatedButton {...gate} icon={<StopOutlined />} onClick={() => setIsMuting(true)}>
        {t('alarms.mute')}
      </GatedButton>
      {isMuting && (
        <MuteDialog alarms={alarms} onClose={() => setIsMuting(false)} onDone={onDone} />
      )}
    </>
  );
}
