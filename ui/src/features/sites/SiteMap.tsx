import {
  divIcon,
  type Map as LeafletMap,
  layerGroup,
  type Marker,
  map as makeMap,
  marker,
  polyline,
  tileLayer,
} from 'leaflet';
import 'leaflet/dist/leaflet.css';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import map from './map.module.css';
import { arcsOf, gridLines, gridStep, type PlacedSite } from './siteMarkers';

export type Tiles = { url: string; attribution?: string | null };

type Props = {
  sites: readonly PlacedSite[];
  tiles: Tiles | null;
  /** The site one points at in the list. */
  meantId: string | null;
  onOpen: (id: string) => void;
};

type Words = Record<'label' | 'text' | 'spoken', (site: PlacedSite) => string>;
const SILENT: Words = { label: () => '', text: () => '', spoken: () => '' };

const ZOOM_MAX = 18;
/** A single site is shown with the town around it, not from the roof. */
const ZOOM_FIRST_MAX = 13;
const PADDING = 56;

/** Leaflet's map in our dress: it belongs to the library, so it is filled and emptied by effects. */
export function SiteMap({ sites, tiles, meantId, onOpen }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const frame = useRef<HTMLDivElement>(null);
  const held = useRef<LeafletMap>(null);
  const markers = useRef(new Map<string, Marker>());
  const isFitted = useRef(false);
  const open = useRef(onOpen);
  const words = useRef<Words>(SILENT);

  useEffect(() => {
    open.current = onOpen;
    words.current = {
      label: ({ name, stats }) =>
        stats && stats.spaces > 0
          ? t('map.marker', {
              name,
              free: formats.number(stats.free),
              total: formats.number(stats.spaces),
            })
          : t('map.markerEmpty', { name }),
      text: ({ stats }) => (stats && stats.spaces > 0 ? formats.number(stats.free) : '–'),
      spoken: ({ stats }) =>
        stats && stats.spaces > 0
          ? t('map.spoken', { total: formats.number(stats.spaces) })
          : t('bays.none'),
    };
  });

  // The map is there as long as its frame; its words change with the language, which is in its key.
  useEffect(() => {
    if (!frame.current) return;
    const made = makeMap(frame.current, {
      zoomControl: false,
      attributionControl: tiles !== null,
      worldCopyJump: true,
      maxZoom: ZOOM_MAX,
      zoomSnap: 0.5,
      center: [30, 10],
      zoom: 2,
    });
    made.attributionControl?.setPrefix(false);
    held.current = made;
    if (tiles) {
      tileLayer(tiles.url, { attribution: escaped(tiles.attribution), maxZoom: ZOOM_MAX }).addTo(
        made,
      );
    } else drawGrid(made);
    return () => {
      held.current = null;
      markers.current.clear();
      isFitted.current = false;
      // It tells of a resize a moment later, also when it is gone by then.
      made.off('moveend');
      made.remove();
    };
  }, [tiles]);

  useEffect(() => {
    const made = held.current;
    if (!made) return;
    const gone = new Set(markers.current.keys());
    for (const site of sites) {
      gone.delete(site.id);
      markers.current.get(site.id)?.remove();
      const { label, text, spoken } = words.current;
      const one = marker([site.latitude, site.longitude], {
        icon: ringIcon(site, text(site), spoken(site)),
        title: label(site),
      })
        .on('click', () => open.current(site.id))
        .addTo(made);
      markers.current.set(site.id, one);
    }
    for (const id of gone) {
      markers.current.get(id)?.remove();
      markers.current.delete(id);
    }
    if (!isFitted.current && sites.length > 0) {
      isFitted.current = true;
      showAll(made, sites);
    }
  }, [sites]);

  useEffect(() => {
    for (const [id, one] of markers.current) {
      one.getElement()?.classList.toggle(map.meant ?? '', id === meantId);
      one.setZIndexOffset(id === meantId ? 1000 : 0);
    }
  }, [meantId]);

  const zoom = (by: number) => held.current?.setZoom((held.current.getZoom() ?? 0) + by);
  return (
    <div className={map.frame}>
      <div
        ref={frame}
        className={tiles ? map.map : map.plain}
        role="application"
        aria-label={t('map.label')}
      />
      <div className={map.zoom} role="group" aria-label={t('plan.zoom')}>
        <button type="button" aria-label={t('plan.zoomIn')} onClick={() => zoom(1)}>
          +
        </button>
        <button type="button" aria-label={t('plan.zoomOut')} onClick={() => zoom(-1)}>
          −
        </button>
        <button
          type="button"
          className={map.fit}
          onClick={() => held.current && showAll(held.current, sites)}
        >
          {t('map.all')}
        </button>
      </div>
    </div>
  );
}

function showAll(made: LeafletMap, sites: readonly PlacedSite[]) {
  made.fitBounds(
    sites.map(({ latitude, longitude }) => [latitude, longitude] as [number, number]),
    { padding: [PADDING, PADDING], maxZoom: ZOOM_FIRST_MAX, animate: false },
  );
}

/** The library takes words for markup. */
function escaped(text: string | null | undefined): string {
  const place = document.createElement('span');
  place.textContent = text ?? '';
  return place.innerHTML;
}

const RING = { radius: 19, width: 7 };

/** Made of elements, not of text: a site may be called anything. */
function ringIcon(site: PlacedSite, text: string, spoken: string) {
  const svgNamespace = 'http://www.w3.org/2000/svg';
  const place = document.createElement('span');
  place.className = map.markerBody ?? '';
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('viewBox', '-24 -24 48 48');
  const circumference = 2 * Math.PI * RING.radius;
  const ring = (className: string | undefined, from: number, share: number) => {
    const circle = document.createElementNS(svgNamespace, 'circle');
    circle.setAttribute('r', String(RING.radius));
    circle.setAttribute('class', className ?? '');
    circle.setAttribute('stroke-width', String(RING.width));
    circle.setAttribute('stroke-dasharray', `${share * circumference} ${circumference}`);
    circle.setAttribute('transform', `rotate(${from * 360 - 90})`);
    svg.append(circle);
  };
  ring(map.ground, 0, 1);
  for (const { state, from, share } of arcsOf(site.stats)) ring(map[state], from, share);
  const free = document.createElementNS(svgNamespace, 'text');
  free.textContent = text;
  free.setAttribute('y', '5');
  svg.append(free);
  const name = document.createElement('span');
  name.className = map.markerName ?? '';
  name.textContent = site.name;
  // "12 of 30 bays free. Gare de l'Est": what one sees, and between the words what one does not.
  const between = document.createElement('span');
  between.className = map.spoken ?? '';
  between.textContent = spoken;
  place.append(svg, between, name);
  return divIcon({ html: place, className: map.marker ?? '', iconSize: [48, 48] });
}

/** Lines of latitude and longitude with their degrees, drawn anew for what is seen. */
function drawGrid(made: LeafletMap) {
  const lines = layerGroup().addTo(made);
  const label = (text: string, at: [number, number], kind: string | undefined) =>
    marker(at, {
      interactive: false,
      keyboard: false,
      icon: divIcon({ html: text, className: `${map.degree} ${kind}`, iconSize: [0, 0] }),
    });
  function draw() {
    lines.clearLayers();
    const seen = made.getBounds();
    const [west, east] = [seen.getWest(), seen.getEast()];
    const [south, north] = [Math.max(-85, seen.getSouth()), Math.min(85, seen.getNorth())];
    const step = gridStep(Math.min(east - west, (north - south) * 1.6));
    const style = { className: map.line ?? '', interactive: false, weight: 1 };
    for (const longitude of gridLines(west, east, step)) {
      polyline(
        [
          [-85, longitude],
          [85, longitude],
        ],
        style,
      ).addTo(lines);
      label(degrees(longitude, 'E', 'W'), [south, longitude], map.bottom).addTo(lines);
    }
    for (const latitude of gridLines(south, north, step)) {
      polyline(
        [
          [latitude, west - 360],
          [latitude, east + 360],
        ],
        style,
      ).addTo(lines);
      label(degrees(latitude, 'N', 'S'), [latitude, west], map.left).addTo(lines);
    }
  }
  made.on('moveend zoomend resize', draw);
  draw();
}

const degrees = (value: number, positive: string, negative: string): string =>
  value === 0 ? '0°' : `${Math.abs(value)}° ${value > 0 ? positive : negative}`;
