import { useQuery } from '@tanstack/react-query';
import { Alert, Steps } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { asProblem } from '@/api/problem';
import type { Import } from '@/api/types';
import { paths } from '@/app/paths';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { Moment } from '@/components/Moment';
import { useIsNarrow } from '@/components/mediaQuery';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusTag } from '@/components/StatusTag';
import { ImportActions } from './ImportActions';
import styles from './imports.module.css';
import { MappingPanel } from './MappingPanel';
import { ProgressPanel } from './ProgressPanel';
import { importQuery, isUnderWay } from './queries';
import { RowsPanel } from './RowsPanel';
import { statusTones, useImportWords } from './words';

/** One file on its way from columns to bays or devices. */
export default function ImportPage() {
  const { t } = useTranslation();
  const { importId: id = '' } = useParams();
  const query = useQuery(importQuery(useTenantId(), id));
  const refresh = useRefreshEstate();
  const created = query.data?.rows.created;
  const isMoving = query.data !== undefined && isUnderWay(query.data);

  // Other pages show what is there once it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the numbers are the news, not the function
  useEffect(() => {
    if (!isMoving && created) void refresh();
  }, [isMoving, created]);

  if (query.isPending) return <PageSkeleton />;
  const back = <Link to={paths.imports()}>{t('imports.back')}</Link>;
  if (!query.data) {
    return (
      <>
        <PageHeader title={t('imports.one')} intro={back} />
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      </>
    );
  }
  const one = query.data;
  return (
    <>
      <PageHeader
        title={one.file_name}
        intro={back}
        actions={<ImportActions key={one.id} import={one} />}
      />
      <div className={styles.stack}>
        <Progress import={one} />
        <Panel title={t('imports.about')} extra={<DataAge query={query} />}>
          <ImportFacts import={one} />
        </Panel>
        <Notice import={one} />
        {(one.status === 'uploaded' || one.status === 'checked') && (
          <MappingPanel
            // A fresh form for each mapping, or it would show what was before.
            key={`${one.id} ${one.site_id} ${JSON.stringify(one.columns)}`}
            import={one}
          />
        )}
        {one.status !== 'uploaded' && one.status !== 'checked' && <ProgressPanel import={one} />}
        {one.status !== 'uploaded' && one.has_rows && <RowsPanel import={one} />}
      </div>
    </>
  );
}

/** Where in the course of things the file is. */
function Progress({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();
  const at = { uploaded: 1, checked: 2, running: 3 }[one.status as string] ?? 3;
  return (
    <Steps
      aria-label={t('imports.steps')}
      size="small"
      direction={isNarrow ? 'vertical' : 'horizontal'}
      current={at}
      status={one.status === 'failed' ? 'error' : isUnderWay(one) || at < 3 ? 'process' : 'finish'}
      items={[
        { title: t('imports.stepFile') },
        { title: t('imports.stepColumns') },
        { title: t('imports.stepCheck') },
        { title: t('imports.stepImport') },
      ]}
    />
  );
}

function ImportFacts({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  const words = useImportWords();
  return (
    <Facts>
      <Fact label={t('fields.status')}>
        <StatusTag tone={statusTones[one.status]}>{words.status(one.status)}</StatusTag>
      </Fact>
      <Fact label={t('imports.kind')}>{words.kind(one.kind)}</Fact>
      <Fact label={t('imports.site')}>{one.site_name ?? t('imports.siteInFile')}</Fact>
      <Fact label={t('imports.uploaded')}>
        <Moment at={one.created_at} /> {one.created_by}
      </Fact>
      {one.finished_at && (
        <Fact label={t('imports.finished')}>
          <Moment at={one.finished_at} />
        </Fact>
      )}
    </Facts>
  );
}

/** What the reader should know before the numbers. */
function Notice({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  if (one.status === 'failed') {
    return (
      <Alert
        type="error"
        showIcon
        title={t('imports.failedTitle')}
        description={t('imports.failedText')}
      />
    );
  }
  if (!one.has_rows) {
    return <Alert type="info" showIcon title={t('imports.rowsForgotten')} />;
  }
  return null;
}
