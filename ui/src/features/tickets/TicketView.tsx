import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { GuestTicket } from '@/api/types';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { QrCode } from '@/components/QrCode';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { offsetName } from '@/components/zoneTime';
import { isAhead, type Stage, stageOf } from './stage';
import { TicketSteps } from './TicketSteps';
import styles from './ticket.module.css';

const tones: Record<Stage, Tone> = {
  held: 'waiting',
  offered: 'warning',
  lapsed: 'quiet',
  upcoming: 'good',
  open: 'good',
  present: 'good',
  left: 'quiet',
  cancelled: 'quiet',
  released: 'warning',
  over: 'quiet',
};

type Props = { token: string; ticket: GuestTicket; age: ReactNode };

/** The reservation: the bay large enough to be read at arm's length, then where and when, then what one can do. */
export function TicketView({ token, ticket, age }: Props) {
  const { t } = useTranslation();
  const stage = stageOf(ticket);
  const said = useStageWords(ticket, stage);
  return (
    <>
      <section className={styles.bay} aria-label={t('tickets.bayOf', { code: ticket.space_code })}>
        <span className={styles.label}>{t('tickets.bay')}</span>
        <strong className={styles.code}>{ticket.space_code}</strong>
        <StatusTag tone={tones[stage]}>{t(`tickets.stages.${stage}.name`)}</StatusTag>
      </section>
      <p className={styles.words} aria-live="polite">
        {said}
      </p>
      <TicketSteps token={token} ticket={ticket} />
      <About ticket={ticket} />
      {isAhead(stage) && (
        <figure className={styles.figure}>
          <QrCode text={window.location.href} label={t('tickets.qr')} />
          <figcaption>{t('tickets.qrText')}</figcaption>
        </figure>
      )}
      <div className={styles.age}>{age}</div>
    </>
  );
}

function useStageWords(ticket: GuestTicket, stage: Stage): string {
  const { t } = useTranslation();
  const formats = useFormats();
  const at = (instant: string) => formats.instantIn(ticket.timezone, instant);
  switch (stage) {
    case 'held':
      return ticket.hold_until
        ? t('tickets.stages.held.until', { at: at(ticket.hold_until) })
        : t('tickets.stages.held.text');
    case 'offered':
      return t('tickets.stages.offered.text', { at: at(ticket.hold_until ?? ticket.start_time) });
    case 'upcoming':
      return t('tickets.stages.upcoming.text', { at: at(ticket.check_in_from) });
    case 'present':
      return t('tickets.stages.present.text', { at: at(ticket.checked_in_at ?? ticket.as_of) });
    default:
      return t(`tickets.stages.${stage}.text`);
  }
}

/** Where and when; times are those of the site, whose zone is named. */
function About({ ticket }: { ticket: GuestTicket }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { site_name, address, postal_code, city, level_name, zone_name, timezone } = ticket;
  const { start_time, end_time, cancel_until } = ticket;
  const town = [postal_code, city].filter(Boolean).join(' ');
  const zoneOf = (at: string) => offsetName(timezone, Date.parse(at));
  const [from, until] = [zoneOf(start_time), zoneOf(end_time)];
  return (
    <Facts>
      <Fact label={t('tickets.site')}>
        <strong>{site_name}</strong>
        {[address, town].filter(Boolean).map((line) => (
          <span key={line} className={styles.second}>
            {line}
          </span>
        ))}
      </Fact>
      {level_name && <Fact label={t('tickets.level')}>{level_name}</Fact>}
      {zone_name && <Fact label={t('tickets.zone')}>{zone_name}</Fact>}
      <Fact label={t('tickets.from')}>
        <time dateTime={start_time}>{formats.instantIn(timezone, start_time)}</time>
        {from !== until && ` (${from})`}
      </Fact>
      <Fact label={t('tickets.until')}>
        <time dateTime={end_time}>{formats.instantIn(timezone, end_time)}</time>
        {from !== until && ` (${until})`}
        <span className={styles.second}>
          {t('tickets.clocks', { zone: timezone.replace(/_/g, ' '), offset: from })}
        </span>
      </Fact>
      {cancel_until && (
        <Fact label={t('tickets.cancelUntil')}>{formats.instantIn(timezone, cancel_until)}</Fact>
      )}
    </Facts>
  );
}
