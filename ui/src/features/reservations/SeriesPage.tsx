import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { asProblem } from '@/api/problem';
import type { ReservationSeriesDetail } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { CalendarOutlined, EditOutlined, StopOutlined } from '@/components/icons';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { OccurrenceDates } from './OccurrenceDates';
import { ReservationDrawer } from './ReservationDrawer';
import { SeriesCancelDialog } from './SeriesCancelDialog';
import { SeriesChangeDialog } from './SeriesChangeDialog';
import { SeriesRuleDialog } from './SeriesRuleDialog';
import styles from './series.module.css';
import { hoursOf } from './seriesChange';
import { seriesQuery } from './seriesQueries';
import { useRuleWords } from './useRuleWords';
import { type Part, useSeriesRows } from './useSeriesRows';

/** One series: by which rule, of which bay, and each of its dates. */
export default function SeriesPage() {
  const { t } = useTranslation();
  const { seriesId = '' } = useParams();
  const query = useQuery(seriesQuery(useTenantId(), seriesId));
  const series = query.data?.thing;
  const back = <Link to={paths.seriesList()}>{t('series.toList')}</Link>;
  if (!series) {
    const isGone = query.error !== null && asProblem(query.error).status === 404;
    return (
      <>
        <PageHeader title={t('series.one')} intro={back} />
        {query.error ? (
          <ProblemAlert
            error={query.error}
            {...(isGone ? {} : { onRetry: () => void query.refetch() })}
          />
        ) : (
          <PageSkeleton />
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={t('series.ofBay', { code: series.space_code })}
        intro={back}
        actions={<Actions series={series} />}
      />
      <div className={styles.page}>
        <About series={series} age={<DataAge query={query} />} />
        <Dates series={series} />
      </div>
    </>
  );
}

function Actions({ series }: { series: ReservationSeriesDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('reservations:book');
  const [asked, setAsked] = useState<'change' | 'rule' | 'cancel' | null>(null);
  const { id, space_code, occurrences_ahead } = series;
  const over = occurrences_ahead === 0 ? t('series.nothingAhead') : null;
  const why = refusal ?? over;
  const of = {
    seriesId: id,
    reservationId: null,
    code: space_code,
    onClose: () => setAsked(null),
  };
  const onChanged = (next: string) => next !== id && void navigate(paths.series(next));
  return (
    <>
      <GatedButton
        icon={<CalendarOutlined />}
        isAllowed={why === null}
        reason={why ?? ''}
        onClick={() => setAsked('rule')}
      >
        {t('series.changeRule')}
      </GatedButton>
      <GatedButton
        icon={<EditOutlined />}
        isAllowed={why === null}
        reason={why ?? ''}
        onClick={() => setAsked('change')}
      >
        {t('series.changeAll')}
      </GatedButton>
      <GatedButton
        danger
        icon={<StopOutlined />}
        isAllowed={why === null}
        reason={why ?? ''}
        onClick={() => setAsked('cancel')}
      >
        {t('series.cancelAll')}
      </GatedButton>
      {asked === 'change' && <SeriesChangeDialog {...of} onChanged={onChanged} />}
      {asked === 'rule' && <SeriesRuleDialog {...of} onChanged={onChanged} />}
      {asked === 'cancel' && <SeriesCancelDialog {...of} />}
    </>
  );
}

type AboutProps = { series: ReservationSeriesDetail; age: React.ReactNode };

function About({ series, age }: AboutProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useRuleWords();
  const { rule, start_time, timezone, space_id, space_code, site_id, site_name } = series;
  const { occurrences_ahead, occurrences_total, exceptions, continues_id, created_by } = series;
  const { from, until } = hoursOf(series, timezone);
  return (
    <Panel title={words.rule(rule, start_time, timezone)} extra={age}>
      <div className={styles.about}>
        <Facts>
          <Fact label={t('reservations.when')}>
            {t('calendar.span', { from, until })}
            <span className={styles.second}>{timezone.replace(/_/g, ' ')}</span>
          </Fact>
          <Fact label={t('reservations.bay')}>
            <Link to={paths.bay(space_id)}>{space_code}</Link>
          </Fact>
          <Fact label={t('reservations.site')}>
            <Link to={paths.site(site_id)}>{site_name}</Link>
          </Fact>
          <Fact label={t('series.ahead')}>
            <span>
              {t('series.aheadOf', {
                ahead: formats.number(occurrences_ahead),
                total: formats.number(occurrences_total),
              })}
            </span>
            {exceptions.length > 0 && (
              <span className={styles.second}>
                {t('series.leftOut', {
                  count: exceptions.length,
                  formatted: formats.number(exceptions.length),
                })}
              </span>
            )}
          </Fact>
          {created_by && <Fact label={t('series.madeBy')}>{created_by}</Fact>}
          {continues_id && (
            <Fact label={t('series.continues')}>
              <Link to={paths.series(continues_id)}>{t('series.earlier')}</Link>
            </Fact>
          )}
          {series.cancelled_at && (
            <Fact label={t('series.calledOff')}>
              {formats.instantIn(timezone, series.cancelled_at)}
              {series.cancel_reason && (
                <span className={styles.second}>{series.cancel_reason}</span>
              )}
            </Fact>
          )}
        </Facts>
      </div>
    </Panel>
  );
}

/** All dates of the series; one sees the next first. */
function Dates({ series }: { series: ReservationSeriesDetail }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [openId, setOpenId] = useOpenParam('reservation');
  const parts = useSeriesRows(series, setOpenId);
  const usual: Part = series.occurrences_ahead > 0 ? 'ahead' : 'all';
  const [part, setPart] = useState<Part | null>(null);
  const shown = parts.of(part ?? usual);
  return (
    <Panel title={t('series.dates')}>
      <Segmented
        aria-label={t('series.which')}
        className={styles.which ?? ''}
        value={part ?? usual}
        onChange={(next) => setPart(next)}
        options={parts.names.map((value) => ({
          value,
          label: t(`series.parts.${value}`, { n: formats.number(parts.of(value).length) }),
        }))}
      />
      {shown.length === 0 ? (
        <p className={styles.hint}>{t('series.noneOfPart')}</p>
      ) : (
        <OccurrenceDates
          key={part ?? usual}
          label={t('series.dates')}
          zone={series.timezone}
          rows={shown}
        />
      )}
      {part !== null && shown.length === 0 && (
        <Button onClick={() => setPart('all')}>{t('series.showAll')}</Button>
      )}
      <ReservationDrawer reservationId={openId} onClose={() => setOpenId(null)} />
    </Panel>
  );
}
