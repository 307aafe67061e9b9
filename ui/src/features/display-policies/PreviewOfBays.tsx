import { useTranslation } from 'react-i18next';
import type { LampPreview, LampState, ShownLamp } from '@/api/types';
import { useFormats } from '@/components/format';
import { Lamp } from '@/components/Lamp';
import styles from './policies.module.css';

/** Bays shown one by one; the numbers count all of them. */
const SHOWN = 40;

/** How many lamps would change, where, and which. */
export function PreviewOfBays({ preview }: { preview: LampPreview }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const changing = preview.spaces.filter(({ changes }) => changes);
  const shown = changing.slice(0, SHOWN);
  const rest = preview.changed - shown.length;
  return (
    <section className={styles.preview} aria-label={t('displayPolicies.preview')}>
      <p className={styles.sum} role="status">
        {preview.changed === 0
          ? t('displayPolicies.nothingChanges', { count: preview.examined })
          : t('displayPolicies.changes', {
              count: preview.changed,
              total: formats.number(preview.examined),
            })}{' '}
        {preview.changed > 0 && t('displayPolicies.withLamp', { count: preview.changed_displays })}
      </p>
      {preview.examined < preview.total && (
        <p className={styles.hint}>
          {t('displayPolicies.examined', {
            examined: formats.number(preview.examined),
            total: formats.number(preview.total),
          })}
        </p>
      )}
      {preview.sites.length > 1 && (
        <ul className={styles.sites}>
          {preview.sites.map((site) => (
            <li key={site.site_id}>
              <strong>{site.site_name}</strong>{' '}
              {t('displayPolicies.ofSite', {
                changed: formats.number(site.changed),
                total: formats.number(site.total),
              })}
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <ul className={styles.bays}>
          {shown.map(({ space_id, code, now, then }) => (
            <li key={space_id}>
              <span className={styles.code}>{code}</span>
              <Shown lamp={now} />
              <span aria-hidden="true">→</span>
              <Shown lamp={then} />
            </li>
          ))}
        </ul>
      )}
      {rest > 0 && <p className={styles.hint}>{t('displayPolicies.more', { count: rest })}</p>}
    </section>
  );
}

function Shown({ lamp }: { lamp: ShownLamp }) {
  const { t } = useTranslation();
  const state: LampState = lamp.state;
  return (
    <span className={styles.shown}>
      <Lamp state={state} color={lamp.color} blinkMs={lamp.blink_ms} />
      {t(`lamps.states.${state}`)}
    </span>
  );
}
