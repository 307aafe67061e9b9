import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { WaitlistEntry, WaitlistStatus } from '@/api/types';
import { paths } from '@/app/paths';
import { useBayWords } from '@/components/bays';
import { useFormats } from '@/components/format';
import { useFromNow } from '@/components/now';
import type { Column } from '@/components/QueryTable';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './reservations.module.css';
import { Span } from './useReservationColumns';
import { WaitlistActions } from './WaitlistActions';

const tones: Record<WaitlistStatus, Tone> = {
  waiting: 'waiting',
  offered: 'warning',
  claimed: 'good',
  lapsed: 'quiet',
  expired: 'quiet',
  cancelled: 'quiet',
};

export function useWaitlistColumns(isCrossTenant: boolean): Column<WaitlistEntry>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenant: Column<WaitlistEntry> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'wanted',
      title: t('waitlist.wanted'),
      isPrimary: true,
      render: (entry) => <Wanted entry={entry} />,
    },
    {
      key: 'start_time',
      title: t('reservations.when'),
      sort: 'start_time',
      render: (entry) => <Span reservation={entry} />,
    },
    {
      key: 'position',
      title: t('waitlist.position'),
      render: ({ position }) => (position ? formats.number(position) : '–'),
    },
    {
      key: 'status',
      title: t('reservations.status'),
      render: (entry) => <Standing entry={entry} />,
    },
    {
      key: 'holder',
      title: t('reservations.holder'),
      render: ({ holder }) => holder?.name ?? holder?.plate ?? holder?.email ?? '–',
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'site',
      title: t('reservations.site'),
      render: ({ site_id, site_name }) => <Link to={paths.site(site_id)}>{site_name}</Link>,
    },
    {
      key: 'created_at',
      title: t('waitlist.since'),
      sort: 'created_at',
      render: ({ timezone, created_at }) => formats.instantIn(timezone, created_at),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (entry) => <WaitlistActions entry={entry} />,
    },
  ];
}

/** The bay, or which of the site's will do. */
function Wanted({ entry }: { entry: WaitlistEntry }) {
  const { t } = useTranslation();
  const words = useBayWords();
  const { space_id, space_code, level_name, zone_name, kind } = entry;
  if (space_id) return <Link to={paths.bay(space_id)}>{space_code}</Link>;
  const narrowed = [level_name, zone_name, kind && words.kind(kind)].filter(Boolean).join(', ');
  return (
    <>
      {t('waitlist.anyBay')}
      {narrowed && <span className={styles.second}>{narrowed}</span>}
    </>
  );
}

function Standing({ entry }: { entry: WaitlistEntry }) {
  const { t } = useTranslation();
  const { status, offered_space_code: code, reservation_id, claim_until } = entry;
  return (
    <>
      <StatusTag tone={tones[status]}>{t(`waitlist.statuses.${status}`)}</StatusTag>
      {code && reservation_id && (
        <span className={styles.second}>
          <Link to={paths.reservations({ reservation: reservation_id })}>
            {t('waitlist.bayOffered', { code })}
          </Link>
        </span>
      )}
      {status === 'offered' && claim_until && <Countdown until={claim_until} />}
    </>
  );
}

/** How much time is left to claim, to the second. */
function Countdown({ until }: { until: string }) {
  const { t } = useTranslation();
  const at = Date.parse(until);
  const left = useFromNow((now) => Math.max(0, Math.ceil((at - now) / 1000)));
  const [minutes, seconds] = [Math.floor(left / 60), String(left % 60).padStart(2, '0')];
  return (
    <span className={styles.second} role="timer">
      {left > 0 ? t('waitlist.left', { time: `${minutes}:${seconds}` }) : t('waitlist.noneLeft')}
    </span>
  );
}
