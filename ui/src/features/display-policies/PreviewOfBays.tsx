import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LampPreview, LampState, ShownLamp } from '@/api/types';
import { useFormats } from '@/components/format';
import { Lamp } from '@/components/Lamp';
import styles from './policies.module.css';

/** Bays shown at first; the numbers count all of them. */
const SHOWN = 40;

/** How many lamps would change, where, and which; and, if one wants to see them, all the others. */
export function PreviewOfBays({ preview }: { preview: LampPreview }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [isWhole, setWhole] = useState(false);
  const changing = preview.spaces.filter(({ changes }) => changes);
  const shown = isWhole ? preview.spaces : changing.slice(0, SHOWN);
  const rest = isWhole ? preview.left_out : preview.changed - shown.length;
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
          {shown.map(({ space_id, code, changes, now, then }) => (
            <li key={space_id} data-changes={changes}>
              <span className={styles.code}>{code}</span>
              <Shown lamp={now} />
              {changes && (
                <>
                  <span aria-hidden="true">→</span>
                  <Shown lamp={then} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {rest > 0 && <p className={styles.hint}>{t('displayPolicies.more', { count: rest })}</p>}
      {preview.total > 0 && (
        <Button type="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole
            ? t('displayPolicies.onlyChanging')
            : t('displayPolicies.everyBay', { count: preview.total })}
        </Button>
      )}
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
