import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { siteQuery } from '@/api/estate';
import type { Site, SiteStats } from '@/api/types';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session/me';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Moment } from '@/components/Moment';
import { useFromNow } from '@/components/now';
import { OccupancyBar } from '@/components/OccupancyBar';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { StatusTag } from '@/components/StatusTag';
import { offsetName } from '@/components/zoneTime';
import { countryName } from './countries';
import styles from './sites.module.css';

const REFRESH_MS = 15_000;
const numbers = ['levels', 'zones', 'spaces', 'sensors', 'displays', 'gateways'] as const;

export default function SiteOverviewPage() {
  const { t } = useTranslation();
  const { siteId: id = '' } = useParams();
  const query = useQuery({ ...siteQuery(useTenantId(), id), refetchInterval: REFRESH_MS });
  if (!query.data) return <PageSkeleton />;
  const { site } = query.data;
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Panel title={t('sites.occupancy')} extra={<DataAge query={query} />}>
          {site.stats && site.stats.spaces > 0 ? (
            <OccupancyBar
              counts={site.stats}
              isDetailed
              pathOf={(state) => paths.siteSpaces(id, { state })}
            />
          ) : (
            <EmptyState
              title={t('sites.noBaysTitle')}
              text={t('sites.noBaysText')}
              action={<Link to={paths.siteSpaces(id)}>{t('sites.toBays')}</Link>}
            />
          )}
        </Panel>
        {site.stats && <Numbers stats={site.stats} />}
      </div>
      <SiteFacts site={site} />
    </div>
  );
}

function Numbers({ stats }: { stats: SiteStats }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Panel title={t('sites.numbers')}>
      <dl className={styles.figures}>
        {numbers.map((name) => (
          <div key={name}>
            <dt>{t(`sites.${name}`)}</dt>
            <dd>{formats.number(stats[name])}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function SiteFacts({ site }: { site: Site }) {
  const { t, i18n } = useTranslation();
  const { tenant } = useMe();
  const seesTerms = useEstateRefusal('reservations:read') === null;
  const lines = [
    site.address,
    [site.postal_code, site.city].filter(Boolean).join(' '),
    site.state,
    site.country && countryName(i18n.language, site.country),
  ].filter(Boolean);
  return (
    <Panel title={t('sites.facts')}>
      <Facts>
        <Fact label={t('fields.status')}>
          {site.is_active ? (
            <StatusTag tone="good">{t('sites.active')}</StatusTag>
          ) : (
            <StatusTag tone="quiet">{t('sites.inactiveNotice')}</StatusTag>
          )}
        </Fact>
        {tenant.kind === 'platform' && <Fact label={t('estate.tenant')}>{site.tenant_name}</Fact>}
        <Fact label={t('sites.localTime')}>
          <LocalTime zone={site.timezone} />
        </Fact>
        <Fact label={t('sites.place')}>
          {lines.length === 0
            ? t('sites.noAddress')
            : lines.map((line) => <div key={line}>{line}</div>)}
        </Fact>
        {typeof site.latitude === 'number' && (
          <Fact label={t('sites.coordinates')}>
            {site.latitude}, {site.longitude}
          </Fact>
        )}
        <Fact label={t('sites.openingHours')}>
          {site.opening_hours ? <code>{site.opening_hours}</code> : '–'}
          {site.opening && <Opening opening={site.opening} zone={site.timezone} />}
        </Fact>
        {seesTerms && (
          <Fact label={t('nav.reservations')}>
            <Link to={paths.reservationTerms({ site: site.id })}>{t('terms.title')}</Link>
          </Fact>
        )}
        <Fact label={t('sites.slug')}>
          <code>{site.slug}</code>
        </Fact>
        {Object.entries(site.metadata as Record<string, unknown>).map(([key, value]) => (
          <Fact key={key} label={key}>
            {typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>}
          </Fact>
        ))}
        <Fact label={t('tenants.created')}>
          <Moment at={site.created_at} />
        </Fact>
        <Fact label={t('tenants.updated')}>
          <Moment at={site.updated_at} />
        </Fact>
      </Facts>
    </Panel>
  );
}

type OpeningProps = { opening: NonNullable<Site['opening']>; zone: string };

/** Whether it is open now, and until when, by the clocks there. */
function Opening({ opening: { state, changes_at }, zone }: OpeningProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const at = changes_at ? formats.instantIn(zone, changes_at) : null;
  if (state === 'open') {
    return (
      <span className={styles.opening}>
        <StatusTag tone="good">{t('sites.open')}</StatusTag>
        {at && <span className={styles.second}>{t('sites.closesAt', { at })}</span>}
      </span>
    );
  }
  if (state === 'closed') {
    return (
      <span className={styles.opening}>
        <StatusTag tone="quiet">{t('sites.closed')}</StatusTag>
        {at && <span className={styles.second}>{t('sites.opensAt', { at })}</span>}
      </span>
    );
  }
  return <span className={styles.second}>{t('sites.openingUnknown')}</span>;
}

/** What the clocks there show, always with the zone they show it in. */
function LocalTime({ zone }: { zone: string }) {
  const formats = useFormats();
  const clock = useFromNow((now) => formats.instantIn(zone, now));
  const offset = useFromNow((now) => offsetName(zone, now));
  return (
    <>
      <span className={styles.clock}>{clock}</span>
      <span className={styles.second}>
        {zone.replace(/_/g, ' ')} ({offset})
      </span>
    </>
  );
}
