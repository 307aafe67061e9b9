import { useQuery } from '@tanstack/react-query';
import { Button, InputNumber, Select } from 'antd';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'react-router';
import { baysQuery, levelsQuery, siteQuery } from '@/api/estate';
import { apiIndexQuery } from '@/api/installation';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { PrinterOutlined } from '@/components/icons';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import { LabelSheets } from './LabelSheets';
import { type LabelSize, labelSizes, perSheet, sheetsOf } from './labelSheets';
import labels from './labels.module.css';

/** What the page was opened for, when it was opened for some bays alone. */
function chosenIn(state: unknown): ReadonlySet<string> | null {
  if (typeof state !== 'object' || state === null || !('bays' in state)) return null;
  const { bays } = state;
  if (!Array.isArray(bays)) return null;
  return new Set(bays.filter((id): id is string => typeof id === 'string'));
}

/** A code for each bay to print and stick up: a preview of the sheets, and the printer. */
export default function LabelsPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenantId = useTenantId();
  const [params, setParams] = useSearchParams();
  const { state } = useLocation();
  const siteId = params.get('site_id') ?? '';
  const levelId = params.get('level_id') ?? undefined;
  const chosen = useMemo(() => chosenIn(state), [state]);
  const scope = { site_id: siteId, ...(levelId && !chosen ? { level_id: levelId } : {}) };
  const query = useQuery(baysQuery(tenantId, scope));
  const index = useQuery(apiIndexQuery);
  const site = useQuery(siteQuery(tenantId, siteId)).data?.site;
  const [size, setSize] = useState<LabelSize>('medium');
  const [skipped, setSkipped] = useState(0);
  const spaces = query.data?.spaces;
  const bays = useMemo(
    () => (spaces ?? []).filter(({ id }) => chosen?.has(id) ?? true),
    [spaces, chosen],
  );
  const sheets = useMemo(() => sheetsOf<Space>(bays, size, skipped), [bays, size, skipped]);

  function choose(values: { site_id?: string | undefined; level_id?: string | undefined }) {
    setParams((current) => {
      const next = new URLSearchParams(current);
      for (const [name, value] of Object.entries(values)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });
  }

  const error = query.error ?? index.error;
  return (
    <>
      <PageHeader
        title={t('labels.title')}
        intro={t('labels.intro')}
        actions={
          <Button
            type="primary"
            icon={<PrinterOutlined />}
            disabled={sheets.length === 0 || !index.data}
            onClick={() => window.print()}
          >
            {t('labels.print')}
          </Button>
        }
      />
      <div className={labels.options}>
        <Choices
          {...{ siteId, levelId, size, setSize, skipped, setSkipped, choose }}
          isChosen={chosen !== null}
        />
      </div>
      {error && <ProblemAlert error={error} onRetry={() => void query.refetch()} />}
      {siteId === '' && (
        <EmptyState title={t('labels.noSiteTitle')} text={t('labels.noSiteText')} />
      )}
      {siteId !== '' && query.isPending && <PageSkeleton />}
      {query.data && bays.length === 0 && (
        <EmptyState
          title={t('labels.noBaysTitle')}
          text={t('labels.noBaysText')}
          action={<Link to={paths.siteSpaces(siteId)}>{t('labels.toBays')}</Link>}
        />
      )}
      {sheets.length > 0 && index.data && (
        <>
          <p role="status" className={labels.count}>
            {t('labels.count', { count: bays.length, formatted: formats.number(bays.length) })}{' '}
            {t('labels.sheets', {
              count: sheets.length,
              formatted: formats.number(sheets.length),
            })}
            {query.data && query.data.total > query.data.spaces.length && (
              <> {t('labels.notAll', { total: formats.number(query.data.total) })}</>
            )}
          </p>
          <LabelSheets
            sheets={sheets}
            size={size}
            siteName={site?.name ?? ''}
            base={index.data.public_url}
          />
        </>
      )}
    </>
  );
}

type ChoicesProps = {
  siteId: string;
  levelId: string | undefined;
  isChosen: boolean;
  size: LabelSize;
  setSize: (size: LabelSize) => void;
  skipped: number;
  setSkipped: (skipped: number) => void;
  choose: (values: { site_id?: string | undefined; level_id?: string | undefined }) => void;
};

function Choices(props: ChoicesProps) {
  const { siteId, levelId, isChosen, size, setSize, skipped, setSkipped, choose } = props;
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId)).data?.levels ?? [];
  const [levelField, sizeField, skipField] = [useId(), useId(), useId()];
  return (
    <>
      {!isChosen && (
        <>
          <div className={labels.option}>
            <span>{t('spaces.site')}</span>
            <SitePicker
              tenantId={tenantId}
              label={t('spaces.site')}
              placeholder={t('labels.chooseSite')}
              value={siteId || undefined}
              onChange={(site_id) => choose({ site_id, level_id: undefined })}
            />
          </div>
          <label className={labels.option} htmlFor={levelField}>
            <span>{t('spaces.level')}</span>
            <Select
              id={levelField}
              allowClear
              placeholder={t('spaces.filterLevel')}
              value={levelId}
              onChange={(level_id: string | undefined) => choose({ level_id })}
              options={levels.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </label>
        </>
      )}
      <label className={labels.option} htmlFor={sizeField}>
        <span>{t('labels.size')}</span>
        <Select
          id={sizeField}
          value={size}
          popupMatchSelectWidth={false}
          onChange={setSize}
          options={labelSizes.map((value) => ({
            value,
            label: t(`labels.sizes.${value}`),
          }))}
        />
      </label>
      <label className={labels.option} htmlFor={skipField}>
        <span>{t('labels.first')}</span>
        <InputNumber
          id={skipField}
          min={1}
          max={perSheet(size)}
          precision={0}
          value={Math.min(skipped + 1, perSheet(size))}
          onChange={(value) => setSkipped((value ?? 1) - 1)}
        />
      </label>
    </>
  );
}
