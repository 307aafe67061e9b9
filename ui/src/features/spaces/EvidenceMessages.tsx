import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Evidence } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { Signal } from '@/components/Health';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { StatusTag } from '@/components/StatusTag';
import styles from './spaces.module.css';
import { useExactClock } from './useExactClock';

type Message = NonNullable<Evidence['messages']>[number];

/** A message that took longer than this was late. */
const LATE_MS = 60_000;

type Props = {
  evidence: Evidence;
  /** Whether a moment in the past is asked about. */
  isThen: boolean;
  zone: string | undefined;
};

/** The last messages about a bay, the newest first; the one its sensor's state comes from is marked. */
export function EvidenceMessages({ evidence, isThen, zone }: Props) {
  const { t } = useTranslation();
  const { messages, sensor } = evidence;
  if (!messages) return <p className={styles.hint}>{t('evidence.messagesHidden')}</p>;
  return (
    <>
      <h3 className={styles.subtitle}>{t('evidence.messages')}</h3>
      {messages.length === 0 && <p className={styles.hint}>{t('evidence.noMessages')}</p>}
      <ol className={styles.history} aria-label={t('evidence.messages')}>
        {messages.map((message) => (
          <MessageItem
            key={message.id}
            message={message}
            isBehind={message.id === sensor.uplink_id}
            zone={zone}
          />
        ))}
      </ol>
      <Link to={paths.messages({ bay: evidence.space_id, ...(isThen ? { to: evidence.at } : {}) })}>
        {t('evidence.allMessages')}
      </Link>
    </>
  );
}

function MessageItem(props: { message: Message; isBehind: boolean; zone: string | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const exact = useExactClock(props.zone);
  const { message, isBehind } = props;
  const { received_at, arrived_at, f_port, f_cnt, payload, receptions, outcome } = message;
  const isLate = Date.parse(arrived_at) - Date.parse(received_at) > LATE_MS;
  const numbers = [
    typeof f_cnt === 'number' && t('evidence.frame', { number: formats.number(f_cnt) }),
    typeof f_port === 'number' && t('evidence.port', { number: f_port }),
  ].filter(Boolean);
  return (
    <li
      className={isBehind ? styles.behind : styles.change}
      data-message={message.id}
      aria-current={isBehind ? 'true' : undefined}
    >
      <div className={styles.changeHead}>
        <span className={styles.changeStates}>
          <Said message={message} />
          {isBehind && <StatusTag tone="good">{t('evidence.decided')}</StatusTag>}
          {outcome !== 'read' && (
            <StatusTag tone={outcome === 'waiting' ? 'waiting' : 'warning'}>
              {t(`uplinks.outcomes.${outcome}`)}
            </StatusTag>
          )}
        </span>
        <time dateTime={received_at}>{exact(received_at)}</time>
      </div>
      {isLate && (
        <div className={styles.second}>
          {t('evidence.late', { at: formats.precise(arrived_at) })}
        </div>
      )}
      <div className={styles.second}>
        {numbers.join(', ')}
        {payload && (
          <>
            {numbers.length > 0 && ', '}
            {t('evidence.bytes')} <code className={styles.bytes}>{payload}</code>
          </>
        )}
      </div>
      {receptions.map(({ gateway_eui, gateway_name, rssi, snr }) => (
        <div key={gateway_eui} className={styles.reception}>
          <span>{gateway_name ?? <code>{gateway_eui}</code>}</span>
          <Signal rssi={rssi} snr={snr} />
        </div>
      ))}
      {message.reading !== null && message.reading !== undefined && (
        <details className={styles.evidence}>
          <summary>{t('evidence.decoded')}</summary>
          <pre>{JSON.stringify(message.reading, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}

/** What it says of the bay, else what kind of message it is. */
function Said({ message }: { message: Message }) {
  const { t } = useTranslation();
  const state = saidState(message.reading);
  if (state) return <SpaceStateTag state={state} />;
  return <strong>{t(`uplinks.kinds.${message.kind}`)}</strong>;
}

/** Radio messages say whether it is occupied, observations say the state. */
export function saidState(reading: unknown): 'free' | 'occupied' | 'unknown' | null {
  if (typeof reading !== 'object' || reading === null) return null;
  if ('occupied' in reading && typeof reading.occupied === 'boolean') {
    return reading.occupied ? 'occupied' : 'free';
  }
  const said = 'occupancy' in reading ? reading.occupancy : null;
  return said === 'free' || said === 'occupied' || said === 'unknown' ? said : null;
}
