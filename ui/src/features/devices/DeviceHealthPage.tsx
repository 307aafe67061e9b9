import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { deviceQuery } from '@/api/devices';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { freshness, quality } from '@/components/devices';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Battery, Every, LastSeen, Signal } from '@/components/Health';
import { Moment } from '@/components/Moment';
import { useFromNow } from '@/components/now';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './devices.module.css';
import { HealthCharts } from './HealthCharts';

export default function DeviceHealthPage() {
  const { t } = useTranslation();
  const { deviceId: id = '' } = useParams();
  const query = useQuery(deviceQuery(useTenantId(), id));
  const mayRead = useCan('telemetry:read');
  if (!query.data) return <PageSkeleton />;
  const { device } = query.data;
  return (
    <>
      <div className={styles.columns}>
        <Panel title={t('devices.healthNow')} extra={<DataAge query={query} />}>
          <Verdict device={device} />
          <Facts>
            <Fact label={t('devices.lastHeard')}>
              <LastSeen device={device} />
              {device.last_seen_at && (
                <span className={styles.second}>
                  <Moment at={device.last_seen_at} />
                </span>
              )}
            </Fact>
            <Fact label={t('devices.battery')}>
              <Battery device={device} />
            </Fact>
            <Fact label={t('devices.signal')}>
              <Signal rssi={device.rssi} snr={device.snr} />
            </Fact>
          </Facts>
        </Panel>
        <Expectation device={device} />
      </div>
      {mayRead && (
        <div className={styles.below}>
          <HealthCharts deviceId={device.id} />
        </div>
      )}
    </>
  );
}

/** One sentence for whoever has no time: is it well, is it not, or does nobody know. */
function Verdict({ device }: { device: Device }) {
  const { t } = useTranslation();
  const state = useFromNow((now) => freshness(device, now));
  const faults = [
    ...(device.is_battery_low ? [t('devices.verdicts.battery')] : []),
    ...(quality(device.rssi, device.snr) === 'weak' ? [t('devices.verdicts.signal')] : []),
  ];
  const tones: Record<typeof state, Tone> = {
    never: 'quiet',
    unjudged: 'quiet',
    heard: faults.length > 0 ? 'warning' : 'good',
    silent: 'bad',
  };
  return (
    <div className={styles.verdict}>
      <StatusTag tone={tones[state]}>
        {state === 'heard' && faults.length > 0
          ? t('devices.verdicts.look')
          : t(`devices.verdicts.${state}`)}
      </StatusTag>
      <p>{[t(`devices.verdictTexts.${state}`), ...faults].join(' ')}</p>
      <Link to={paths.alarmsOf({ device: device.id })}>{t('alarms.ofOne')}</Link>
    </div>
  );
}

/** What it is held against, and where that comes from. */
function Expectation({ device }: { device: Device }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { expected_heartbeat_seconds: expected, heartbeat_seconds: own, silent_at } = device;
  return (
    <Panel title={t('devices.expectation')}>
      <Facts>
        <Fact label={t('devices.heartbeat')}>
          <Every seconds={expected} />
          {expected && (
            <span className={styles.second}>
              {own ? t('devices.heartbeatOwn') : t('devices.heartbeatModel')}
            </span>
          )}
        </Fact>
        <Fact label={t('devices.silentFrom')}>
          {silent_at ? formats.instant(silent_at) : '–'}
          <span className={styles.second}>
            {expected ? t('devices.silentRule') : t('devices.silentNoRule')}
          </span>
        </Fact>
      </Facts>
    </Panel>
  );
}
