import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Display } from '@/api/types';
import { Age } from '../Moment';
import { StatusTag } from '../StatusTag';
import { ColorSign, LampSign } from './LampSign';
import styles from './lampPanel.module.css';
import { displayTones, useLampWords } from './words';

/** One lamp: its three truths side by side, and below them what one can do with it. */
export function LampPanel({ display, children }: { display: Display; children: ReactNode }) {
  const { t } = useTranslation();
  const words = useLampWords();
  const { wanted, transmitted, shown, pending } = display;
  return (
    <>
      <p>
        <LampSign display={display} />{' '}
        <StatusTag tone={displayTones[display.status]}>{words.status(display.status)}</StatusTag>{' '}
        {display.behind_since && <Age at={display.behind_since} />}
      </p>
      <dl className={styles.truths}>
        <div className={styles.truth}>
          <dt>{t('lamps.wanted')}</dt>
          <dd>
            {wanted ? (
              <>
                {words.state(wanted.look)} <ColorSign color={wanted.look?.color} />
                {wanted.at && (
                  <span className={styles.second}>
                    <Age at={wanted.at} />
                  </span>
                )}
              </>
            ) : (
              t('lamps.nothingWanted')
            )}
          </dd>
        </div>
        <div className={styles.truth}>
          <dt>{t('lamps.transmitted')}</dt>
          <dd>
            {transmitted ? (
              <>
                <ColorSign color={transmitted.look?.color} />
                {transmitted.at && (
                  <span className={styles.second}>
                    <Age at={transmitted.at} />
                  </span>
                )}
              </>
            ) : (
              t('lamps.neverTold')
            )}
          </dd>
        </div>
        <div className={styles.truth}>
          <dt>{t('lamps.shown')}</dt>
          <dd>
            {shown ? (
              <>
                {shown.color ? <ColorSign color={shown.color} /> : <code>{shown.byte}</code>}
                <span className={styles.second}>
                  {shown.agrees === false && t('lamps.differs')} <Age at={shown.at} />
                </span>
              </>
            ) : (
              t('lamps.neverSaid')
            )}
          </dd>
        </div>
      </dl>
      {pending && (
        <p>
          {t('lamps.onItsWay')} {words.downlink(pending.status)}
        </p>
      )}
      {children}
    </>
  );
}
