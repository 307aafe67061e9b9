import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { baysQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { useBayWords } from '@/components/bays';
import { useFormats } from '@/components/format';
import type { StepName } from './booking';
import styles from './booking.module.css';
import { HOUR_MS, type Span } from './timeAxis';
import { useWords } from './useWords';

type Props = {
  siteId: string;
  siteName: string | null;
  zone: string;
  span: Span | null;
  spaceId: string | undefined;
  /** How it repeats, in words; null if it does not. */
  repeats: string | null;
  /** How many of its dates are left out. */
  leftOut: number;
  onTurn: (step: StepName) => void;
};

/** What has been chosen so far, by the clocks of the site. */
export function BookingSummary(props: Props) {
  const { siteId, siteName, zone, span, spaceId, repeats, leftOut, onTurn } = props;
  const { t } = useTranslation();
  const words = useWords(zone);
  const formats = useFormats();
  const bayWords = useBayWords();
  const bays = useQuery({
    ...baysQuery(useTenantId(), { site_id: siteId }),
    enabled: spaceId !== undefined,
  }).data?.spaces;
  const bay = bays?.find(({ id }) => id === spaceId);
  const place = bay && [bay.level, bay.zone, bayWords.kind(bay.kind)].filter(Boolean).join(', ');
  return (
    <aside className={styles.summary} aria-label={t('booking.summary')} aria-live="polite">
      <h2 className={styles.summaryTitle}>{t('booking.summary')}</h2>
      <dl className={styles.facts}>
        <Chosen label={t('reservations.site')} step="when" onTurn={onTurn}>
          {siteName}
        </Chosen>
        <Chosen label={t('reservations.when')} step="when" onTurn={onTurn}>
          {span && (
            <>
              {words.span(span)}
              <span className={styles.second}>
                {t('booking.lasts', { n: formats.number((span.end - span.start) / HOUR_MS) })}
              </span>
              <span className={styles.second}>{zone.replace(/_/g, ' ')}</span>
            </>
          )}
        </Chosen>
        {repeats && (
          <Chosen label={t('series.repeats')} step="when" onTurn={onTurn}>
            {repeats}
            {leftOut > 0 && (
              <span className={styles.second}>
                {t('series.leftOut', { count: leftOut, formatted: formats.number(leftOut) })}
              </span>
            )}
          </Chosen>
        )}
        <Chosen label={t('reservations.bay')} step="bay" onTurn={onTurn}>
          {bay && (
            <>
              <span>{bay.code}</span>
              <span className={styles.second}>{place}</span>
            </>
          )}
        </Chosen>
      </dl>
    </aside>
  );
}

type ChosenProps = {
  label: string;
  step: StepName;
  onTurn: (step: StepName) => void;
  children: ReactNode;
};

function Chosen({ label, step, onTurn, children }: ChosenProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.chosen}>
      <dt>{label}</dt>
      <dd>{children || <span className={styles.second}>{t('booking.notYet')}</span>}</dd>
      {children && (
        <dd className={styles.change}>
          <Button
            type="link"
            size="small"
            aria-label={t('booking.changeThing', { thing: label })}
            onClick={() => onTurn(step)}
          >
            {t('booking.change')}
          </Button>
        </dd>
      )}
    </div>
  );
}
