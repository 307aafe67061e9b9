import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Uplink } from '@/api/types';
import { paths } from '@/app/paths';
import { CopyButton } from '@/components/CopyButton';
import { useFormats } from '@/components/format';
import { Signal } from '@/components/Health';
import styles from './uplinks.module.css';
import { inPairs, OutcomeTag, useGist } from './words';

type Props = { rows: Uplink[]; onOpen: (id: string) => void };

/** As many bytes as a row shows; the rest is in the details. */
const SHOWN = 48;

/** Messages one under the other; the arrow keys go from one to the next. */
export function UplinkTable({ rows, onOpen }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t('uplinks.title')} onKeyDown={toNeighbour}>
        <thead>
          <tr>
            <th scope="col">{t('uplinks.time')}</th>
            <th scope="col">{t('uplinks.device')}</th>
            <th scope="col">{t('uplinks.says')}</th>
            <th scope="col">{t('uplinks.payload')}</th>
            <th scope="col">{t('devices.signal')}</th>
            <th scope="col">{t('uplinks.bay')}</th>
            <th scope="col">{t('uplinks.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((uplink) => (
            <Row key={uplink.id} uplink={uplink} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toNeighbour(event: KeyboardEvent<HTMLTableElement>) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>('button[data-open]');
  if (step === 0 || !button) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-open]')];
  const neighbour = all[all.indexOf(button) + step];
  if (!neighbour) return;
  event.preventDefault();
  neighbour.focus();
}

function Row({ uplink, onOpen }: { uplink: Uplink; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const gist = useGist();
  const { id, dev_eui, device, space, payload, f_port, f_cnt, receptions } = uplink;
  const best = receptions[0];
  const numbers = [
    typeof f_port === 'number' && t('orphans.port', { port: f_port }),
    typeof f_cnt === 'number' && `#${f_cnt}`,
  ].filter(Boolean);
  return (
    <tr>
      <th scope="row">
        <button type="button" data-open className={styles.open} onClick={() => onOpen(id)}>
          <time dateTime={uplink.received_at}>{formats.exactClock(uplink.received_at)}</time>
        </button>
      </th>
      <td>
        {device ? (
          <Link to={paths.device(device.id)}>{device.name ?? dev_eui}</Link>
        ) : (
          <code>{dev_eui ?? '–'}</code>
        )}
        {device?.name && <span className={styles.second}>{dev_eui}</span>}
      </td>
      <td>
        {gist(uplink)}
        {numbers.length > 0 && <span className={styles.second}>{numbers.join(', ')}</span>}
      </td>
      <td>
        {payload ? (
          <span className={styles.payload}>
            <code>{inPairs(payload.slice(0, SHOWN * 2))}</code>
            {(uplink.payload_bytes ?? 0) > SHOWN && '…'}
            <CopyButton text={payload} label={t('uplinks.copyHex')} />
          </span>
        ) : (
          '–'
        )}
      </td>
      <td>
        <Signal rssi={best?.rssi} snr={best?.snr} />
      </td>
      <td>{space ? <Link to={paths.bay(space.id)}>{space.code}</Link> : '–'}</td>
      <td>
        <OutcomeTag outcome={uplink.outcome} />
      </td>
    </tr>
  );
}
