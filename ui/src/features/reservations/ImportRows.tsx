import { Switch } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationImport, ReservationImportRow } from '@/api/types';
import { useFormats } from '@/components/format';
import { useRowWords } from '@/components/rowMessages';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './files.module.css';

/** So many rows are looked at; a file of more is mended bit by bit. */
const SHOWN_MAX = 200;

const tones: Record<ReservationImportRow['verdict'], Tone> = {
  ready: 'waiting',
  same: 'quiet',
  created: 'good',
  refused: 'bad',
};

/** What became of each row of a file, or what would. */
export function ImportRows({ result }: { result: ReservationImport }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const switchId = useId();
  const [onlyRefused, setOnlyRefused] = useState(result.refused > 0);
  const rows = onlyRefused
    ? result.rows.filter(({ verdict }) => verdict === 'refused')
    : result.rows;
  const counts = {
    total: formats.number(result.total),
    ready: formats.number(result.ready),
    created: formats.number(result.created),
    same: formats.number(result.same),
    refused: formats.number(result.refused),
  };
  return (
    <section aria-label={t('reservationFiles.rows')} className={styles.result}>
      <p className={styles.counts}>
        {t('reservationFiles.counts', counts)} {result.dry_run && t('reservationFiles.tried')}
      </p>
      {result.refused > 0 && (
        <span className={styles.only}>
          <Switch id={switchId} size="small" checked={onlyRefused} onChange={setOnlyRefused} />
          <label htmlFor={switchId}>{t('reservationFiles.onlyRefused')}</label>
        </span>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <ul className={styles.rows} tabIndex={0} aria-label={t('reservationFiles.rows')}>
        {rows.slice(0, SHOWN_MAX).map((row) => (
          <Row key={row.line} row={row} />
        ))}
      </ul>
      {rows.length > SHOWN_MAX && (
        <p className={styles.intro}>
          {t('reservationFiles.shown', { n: formats.number(SHOWN_MAX) })}
        </p>
      )}
    </section>
  );
}

function Row({ row }: { row: ReservationImportRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useRowWords();
  return (
    <li className={styles.row}>
      <span className={styles.line}>
        {t('imports.line')} {row.line}
      </span>
      <StatusTag tone={tones[row.verdict]}>
        {t(`reservationFiles.verdicts.${row.verdict}`)}
      </StatusTag>
      <span className={styles.why}>
        {row.messages.map((message) => words.message(message)).join(' ')}
        {row.conflicts.map(({ start_time, end_time }) => (
          <span key={start_time} className={styles.clash}>
            {t('reservations.fromUntil', {
              from: formats.instantIn('UTC', start_time),
              until: formats.instantIn('UTC', end_time),
            })}{' '}
            UTC
          </span>
        ))}
      </span>
    </li>
  );
}
