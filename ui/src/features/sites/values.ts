import type { Site, SiteDraft } from '@/api/types';
import { type KeyValue, metadataOf, rowsOf } from '@/components/keyValues';

/** A site as its form holds it: everything is text, and empty is nothing. */
export type SiteValues = {
  name: string;
  slug?: string;
  address?: string;
  city?: string;
  state?: string;
  postal_code?: string;
  country?: string;
  latitude?: number | null;
  longitude?: number | null;
  timezone: string;
  opening_hours?: string;
  debounce_seconds?: number | null;
  metadata?: KeyValue[];
  is_active: boolean;
};

export const siteFields = [
  'name',
  'slug',
  'is_active',
  'address',
  'postal_code',
  'city',
  'state',
  'country',
  'latitude',
  'longitude',
  'timezone',
  'opening_hours',
  'debounce_seconds',
  'metadata',
] as const satisfies readonly (keyof SiteValues)[];

export function valuesOf(site: Site): SiteValues {
  return {
    name: site.name,
    slug: site.slug,
    address: site.address ?? '',
    city: site.city ?? '',
    state: site.state ?? '',
    postal_code: site.postal_code ?? '',
    ...(site.country ? { country: site.country } : {}),
    latitude: site.latitude ?? null,
    longitude: site.longitude ?? null,
    timezone: site.timezone,
    opening_hours: site.opening_hours ?? '',
    debounce_seconds: site.debounce_seconds,
    metadata: rowsOf(site.metadata),
    is_active: site.is_active,
  };
}

/** What is sent; an emptied field is cleared. A site keeps its slug when the field is left empty. */
export function draftOf(values: SiteValues): SiteDraft {
  const text = (value: string | undefined) => value?.trim() || null;
  const slug = text(values.slug);
  return {
    name: values.name,
    ...(slug ? { slug } : {}),
    address: text(values.address),
    city: text(values.city),
    state: text(values.state),
    postal_code: text(values.postal_code),
    country: values.country ?? null,
    latitude: values.latitude ?? null,
    longitude: values.longitude ?? null,
    timezone: values.timezone,
    opening_hours: text(values.opening_hours),
    debounce_seconds: values.debounce_seconds ?? 0,
    metadata: metadataOf(values.metadata),
    is_active: values.is_active,
  };
}
