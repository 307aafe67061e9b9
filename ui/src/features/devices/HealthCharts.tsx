import { useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DeviceHealth } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { type Series, TimeChart } from '@/components/TimeChart';
import styles from './devices.module.css';
import { healthQuery, type Span, spans } from './queries';

/** How a device fared: its battery, how it was heard, what it said and what of that was lost. */
export function HealthCharts({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<Span>('day');
  const query = useQuery(healthQuery(useTenantId(), deviceId, span));
  return (
    <Panel title={t('deviceHealth.title')} extra={<DataAge query={query} />}>
      <div className={styles.spans}>
        <Segmented
          aria-label={t('deviceHealth.span')}
          value={span}
          onChange={setSpan}
          options={spans.map((value) => ({ value, label: t(`deviceHealth.spans.${value}`) }))}
        />
        <Link to={paths.messages({ device: deviceId })}>{t('deviceHealth.messagesOf')}</Link>
      </div>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton active />}
      {query.data && <Charts health={query.data} />}
    </Panel>
  );
}

function Charts({ health }: { health: DeviceHealth }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { steps, messages, lost } = health;
  const sent = messages + lost;
  const share = sent > 0 ? Math.round((lost / sent) * 1000) / 10 : 0;
  const of = (name: 'rssi' | 'snr' | 'battery_percent' | 'battery_volts' | 'messages' | 'lost') =>
    steps.map((step) => step[name] ?? null);
  const battery: Series[] = [
    {
      label: t('devices.battery'),
      unit: '%',
      values: of('battery_percent'),
      color: 'success',
      as: 'line',
    },
    {
      label: t('deviceHealth.volts'),
      unit: 'V',
      values: of('battery_volts'),
      color: 'info',
      as: 'line',
      isRight: true,
    },
  ];
  return (
    <>
      <p className={styles.hint}>
        {t('deviceHealth.summary', {
          count: messages,
          formatted: formats.number(messages),
          lost: formats.number(lost),
          share: formats.number(share),
        })}
      </p>
      <Chart
        title={t('deviceHealth.messages')}
        health={health}
        series={[
          {
            label: t('deviceHealth.heard'),
            unit: '',
            values: of('messages'),
            color: 'link',
            as: 'columns',
          },
          {
            label: t('deviceHealth.lost'),
            unit: '',
            values: of('lost'),
            color: 'danger',
            as: 'line',
          },
        ]}
      />
      <Chart
        title={t('devices.signal')}
        health={health}
        series={[
          { label: 'RSSI', unit: 'dBm', values: of('rssi'), color: 'link', as: 'line' },
          {
            label: 'SNR',
            unit: 'dB',
            values: of('snr'),
            color: 'warning',
            as: 'line',
            isRight: true,
          },
        ]}
      />
      <Chart title={t('devices.battery')} health={health} series={battery} />
      <Figures health={health} />
    </>
  );
}

/** A picture with its key; of what nobody ever said, a sentence. */
function Chart(props: { title: string; health: DeviceHealth; series: Series[] }) {
  const { t } = useTranslation();
  const { title, health } = props;
  const series = props.series.filter(({ values }) => values.some((value) => value !== null));
  return (
    <section className={styles.chart}>
      <h3 className={styles.chartTitle}>{title}</h3>
      {series.length === 0 ? (
        <p className={styles.hint}>{t('deviceHealth.nothing')}</p>
      ) : (
        <>
          <ul className={styles.key}>
            {series.map(({ label, unit, color }) => (
              <li key={label}>
                <span className={styles[`swatch-${color}`]} aria-hidden="true" />
                {unit ? `${label} (${unit})` : label}
              </li>
            ))}
          </ul>
          <TimeChart
            label={t('deviceHealth.chartOf', { what: title })}
            times={health.steps.map(({ at }) => Date.parse(at) / 1000)}
            stepSeconds={health.step_seconds}
            series={series}
          />
        </>
      )}
    </section>
  );
}

/** The same as figures: for whoever reads rather than looks. */
function Figures({ health }: { health: DeviceHealth }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const told = health.steps.filter(
    ({ messages, lost, rssi }) => messages + lost > 0 || rssi !== null,
  );
  const number = (value: number | null | undefined, unit: string): ReactNode =>
    typeof value === 'number'
      ? `${formats.number(Math.round(value * 10) / 10)} ${unit}`.trim()
      : '–';
  return (
    <details className={styles.more}>
      <summary>{t('deviceHealth.asTable')}</summary>
      <div
        className={styles.figuresScroll}
        role="group"
        aria-label={t('deviceHealth.asTable')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <table className={styles.figuresTable} aria-label={t('deviceHealth.title')}>
          <thead>
            <tr>
              <th scope="col">{t('uplinks.time')}</th>
              <th scope="col">{t('deviceHealth.heard')}</th>
              <th scope="col">{t('deviceHealth.lost')}</th>
              <th scope="col">RSSI</th>
              <th scope="col">SNR</th>
              <th scope="col">{t('devices.battery')}</th>
            </tr>
          </thead>
          <tbody>
            {told.map((step) => (
              <tr key={step.at}>
                <th scope="row">{formats.instant(step.at)}</th>
                <td>{formats.number(step.messages)}</td>
                <td>{formats.number(step.lost)}</td>
                <td>{number(step.rssi, 'dBm')}</td>
                <td>{number(step.snr, 'dB')}</td>
                <td>
                  {typeof step.battery_percent === 'number'
                    ? number(step.battery_percent, '%')
                    : number(step.battery_volts, 'V')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
