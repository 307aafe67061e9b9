import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { apiIndexQuery } from '@/api/installation';
import type { Site } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { OccupancyBar } from '@/components/OccupancyBar';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import map from './map.module.css';
import { mapSitesQuery } from './queries';
import { SiteMap } from './SiteMap';
import { isPlaced, type PlacedSite } from './siteMarkers';

/** Where the sites are and how full; the list beside it says the same without a map. */
export default function SiteMapPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = useQuery(mapSitesQuery(useTenantId()));
  const index = useQuery(apiIndexQuery);
  const [meantId, setMeantId] = useState<string | null>(null);
  const sites = query.data?.sites;
  const placed = useMemo(() => (sites ?? []).filter(isPlaced), [sites]);
  const placeless = (sites ?? []).filter((site) => !isPlaced(site));
  return (
    <>
      <PageHeader
        title={t('map.title')}
        intro={<Link to={paths.sites()}>{t('sites.back')}</Link>}
      />
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <PageSkeleton />}
      {sites && sites.length === 0 && (
        <EmptyState title={t('sites.emptyTitle')} text={t('sites.emptyText')} />
      )}
      {sites && sites.length > 0 && (
        <div className={map.columns}>
          <div className={map.side}>
            {placed.length > 0 ? (
              <SiteMap
                sites={placed}
                tiles={index.data?.map_tiles ?? null}
                meantId={meantId}
                onOpen={(id) => void navigate(paths.site(id))}
              />
            ) : (
              <EmptyState title={t('map.nonePlacedTitle')} text={t('map.nonePlacedText')} />
            )}
            <div className={map.below}>
              {index.data && !index.data.map_tiles && placed.length > 0 && (
                <span className={map.note}>{t('map.plain')}</span>
              )}
              <DataAge query={query} />
            </div>
          </div>
          <div className={map.lists}>
            <Panel title={t('sites.title')}>
              <ul className={map.list}>
                {placed.map((site) => (
                  <SiteItem key={site.id} site={site} onMean={setMeantId} />
                ))}
              </ul>
              {placed.length === 0 && <p className={map.note}>{t('map.noneInList')}</p>}
            </Panel>
            {placeless.length > 0 && <Placeless sites={placeless} />}
          </div>
        </div>
      )}
    </>
  );
}

type ItemProps = { site: PlacedSite; onMean: (id: string | null) => void };

function SiteItem({ site, onMean }: ItemProps) {
  const { id, name, city, stats } = site;
  return (
    <li
      className={map.item}
      onPointerEnter={() => onMean(id)}
      onPointerLeave={() => onMean(null)}
      onFocus={() => onMean(id)}
      onBlur={() => onMean(null)}
    >
      <Link to={paths.site(id)} className={map.name}>
        {name}
      </Link>
      {city && <span className={map.city}>{city}</span>}
      {stats && <OccupancyBar counts={stats} />}
    </li>
  );
}

/** Sites the map cannot show, and what to do about it. */
function Placeless({ sites }: { sites: readonly Site[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Panel
      title={t('map.placeless', { count: sites.length, formatted: formats.number(sites.length) })}
      intro={t('map.placelessText')}
    >
      <ul className={map.list}>
        {sites.map(({ id, name }) => (
          <li key={id} className={map.item}>
            <Link to={paths.site(id)} className={map.name}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
