import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import fr from './fr.json';

type Texts = { [key: string]: string | Texts };

function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') flat.set(path, value);
    else for (const [inner, text] of flatten(value, path)) flat.set(inner, text);
  }
  return flat;
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
const baseOf = (key: string) => key.replace(PLURAL, '');

const languages = { en: flatten(en), fr: flatten(fr) };

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    const isSource = /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name);
    return isSource && entry.name !== 'schema.ts' ? [readFileSync(path, 'utf8')] : [];
  });
}

const code = sources('src').join('\n');
/** t('a.b') and, where a key is built, t(`a.b.${…}`): its fixed beginning, and end if it has one. */
const literalKeys = new Set(
  [...code.matchAll(/\bt\(\s*'([a-zA-Z][\w.:*-]*)'/g)].map(([, key]) => key ?? ''),
);
const builtKeys = [
  ...code.matchAll(/(?:\bt\(\s*|[[,]\s*)`([a-zA-Z][\w.]*\.)\$\{[^}]+\}([\w.]*)`/g),
].map(([, start, end]) => ({ start: start ?? '', end: end ?? '' }));

function isBuilt(key: string): boolean {
  return builtKeys.some(({ start, end }) => key.startsWith(start) && key.endsWith(end));
}

describe('texts', () => {
  const bases = new Set([...languages.en.keys()].map(baseOf));

  it('the scan of the sources finds keys of both kinds', () => {
    expect(literalKeys.size).toBeGreaterThan(200);
    expect(builtKeys.length).toBeGreaterThan(10);
  });

  it('every text exists in both languages', () => {
    const french = new Set([...languages.fr.keys()].map(baseOf));
    expect([...bases].filter((key) => !french.has(key))).toEqual([]);
    expect([...french].filter((key) => !bases.has(key))).toEqual([]);
  });

  it('no key is used that is not defined', () => {
    expect([...literalKeys].filter((key) => !bases.has(key))).toEqual([]);
    const undefinedBeginnings = builtKeys.filter(
      ({ start, end }) => ![...bases].some((key) => key.startsWith(start) && key.endsWith(end)),
    );
    expect(undefinedBeginnings).toEqual([]);
  });

  it('no key is defined that is not used', () => {
    expect([...bases].filter((key) => !literalKeys.has(key) && !isBuilt(key))).toEqual([]);
  });

  it.each(Object.entries(languages))(
    '%s has every plural form its grammar knows',
    (code, texts) => {
      const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
      const plurals = new Set([...texts.keys()].filter((key) => PLURAL.test(key)).map(baseOf));
      const missing = [...plurals].flatMap((key) =>
        forms.map((form) => `${key}_${form}`).filter((form) => !texts.has(form)),
      );
      expect(missing).toEqual([]);
    },
  );

  it('no text is empty, and both languages fill in the same values', () => {
    const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    for (const [key, text] of languages.en) {
      expect(text.trim(), key).not.toBe('');
      const french = languages.fr.get(key);
      expect(french?.trim(), key).not.toBe('');
      if (french) expect(values(french).sort(), key).toEqual(values(text).sort());
    }
  });

  it('every code of the server has words', () => {
    const table = readFileSync(
      '../crates/parking-http/src/snapshots/parking_http__code__tests__codes.snap',
      'utf8',
    );
    const codes = [...table.matchAll(/^\d{3} (\w+)$/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !languages.en.has(`errors.codes.${code}`))).toEqual([]);
  });

  it('French is written in French', () => {
    // Names and international words; anything else that equals the English was forgotten.
    const same = [...languages.fr].filter(([key, text]) => languages.en.get(key) === text);
    expect(same.map(([key]) => key)).toMatchInlineSnapshot(`
      [
        "app.name",
        "nav.sectionTenant",
        "nav.webhooks",
        "nav.sessions",
        "nav.sites",
        "nav.chirpStack",
        "palette.keys",
        "palette.pages",
        "palette.actions",
        "table.actions",
        "table.pages",
        "usage.resources.sites",
        "register.tenantName",
        "acceptInvitation.tenant",
        "tickets.zone",
        "users.invitations",
        "apiKeys.scopes.sites",
        "apiKeys.statuses.active",
        "webhooks.title",
        "webhooks.one",
        "audit.action",
        "audit.entityTypes.invitation",
        "audit.entityTypes.session",
        "audit.entityTypes.site",
        "audit.entityTypes.zone",
        "audit.entityTypes.webhook",
        "audit.entityTypes.chirpstack",
        "tenants.limitNames.sites",
        "tenants.minutes_one",
        "tenants.minutes_other",
        "sessions.title",
        "errors.code",
        "bays.letters.occupied",
        "bays.letters.reserved",
        "bays.letters.maintenance",
        "bays.letters.unknown",
        "sites.title",
        "sites.one",
        "sites.latitude",
        "sites.longitude",
        "sites.zones",
        "spaces.code",
        "spaces.site",
        "spaces.zone",
        "spaces.pattern",
        "spaces.span",
        "plan.tab",
        "plan.zoom",
        "plan.percent",
        "plan.withKey",
        "plan.keyUndo",
        "plan.keyRedo",
        "plan.angle",
        "plan.direction",
        "plan.codes",
        "dashboard.tiles.sites_one",
        "dashboard.tiles.sites_other",
        "imports.site",
        "imports.columns.site",
        "imports.columns.code",
        "imports.columns.zone",
        "imports.columns.latitude",
        "imports.columns.longitude",
        "imports.columns.dev_eui",
        "imports.columns.app_key",
        "imports.columns.join_eui",
        "imports.columns.email",
        "imports.verdict",
        "devices.seconds",
        "alarms.filterSite",
        "alarms.site",
        "alarms.evidence.dev_eui",
        "alarms.units.minutes",
        "alarms.units.percent",
        "alarms.units.hours",
        "alarms.severities.info",
        "alarmRules.fields.gateway_down_minutes.unit",
        "alarmRules.fields.battery_low_percent.unit",
        "alarmRules.fields.battery_clear_percent.unit",
        "alarmRules.sites",
        "alarmRules.someSites_one",
        "alarmRules.someSites_other",
        "reservations.notes",
        "reservations.site",
        "reservations.filterSite",
        "reservationFiles.fileName",
        "calendar.span",
        "calendar.letters.confirmed",
        "calendar.letters.contested",
        "calendar.letters.no_show",
        "calendar.letters.expired",
        "booking.short.dates",
        "booking.lasts",
        "booking.minutes",
        "series.dates",
        "terms.units.minutes_one",
        "terms.units.minutes_other",
        "terms.thatIs",
        "chirpstack.title",
        "chirpstack.milliseconds",
        "lamps.letters.occupied",
        "lamps.letters.reserved",
        "lamps.letters.reserved_soon",
        "lamps.letters.blocked",
        "lamps.letters.out_of_service",
        "lamps.letters.unknown",
        "lamps.letters.all_red",
        "lamps.letters.all_off",
        "lamps.port",
        "displayPolicies.active",
        "displayPolicies.description",
        "displayPolicies.standard",
        "displayPolicies.seconds",
        "displayPolicies.payload",
        "downlinks.minutes_one",
        "downlinks.minutes_other",
      ]
    `);
  });
});
