import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChirpStackDifference, ChirpStackWay } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { Eui } from '@/components/Eui';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { type ListState, useListState } from '@/components/listState';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RowMenu } from '@/components/RowMenu';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './chirpstack.module.css';
import { type DifferenceFilter, differenceFilters, differencesQuery, useDecide } from './queries';

const states = ['here', 'there', 'differs'] as const;
const kinds = ['device', 'gateway'] as const;

/** What differs, and what is to become of it: one by one, or many at once. */
export function Differences() {
  const { t } = useTranslation();
  const list = useListState<DifferenceFilter>(differenceFilters);
  const query = useQuery(differencesQuery(useTenantId(), list.query));
  const [picked, setPicked] = useState<string[]>([]);
  const decide = useDecision(() => setPicked([]));
  const columns = useColumns(decide.one, decide.refusal);
  return (
    <QueryTable
      label={t('chirpstack.differences')}
      query={query}
      rows={(data) => data.differences}
      rowKey={({ id }) => id}
      columns={columns}
      list={list}
      searchLabel={t('chirpstack.search')}
      filters={<DifferenceFilters list={list} />}
      empty={<EmptyState title={t('chirpstack.allSameTitle')} text={t('chirpstack.allSameText')} />}
      isRowMuted={({ is_ignored }) => is_ignored}
      selection={{
        keys: picked,
        onChange: setPicked,
        nameOf,
        actions: (
          <>
            {(['give', 'take', list.filters.is_ignored ? 'regard' : 'ignore'] as const).map(
              (way) => (
                <GatedButton
                  key={way}
                  isAllowed={decide.refusal === null}
                  reason={decide.refusal ?? ''}
                  loading={decide.isPending}
                  onClick={() => decide.many(picked, way)}
                >
                  {t(`chirpstack.ways.${way}`)}
                </GatedButton>
              ),
            )}
          </>
        ),
      }}
    />
  );
}

function nameOf({ here_name, there_name, eui }: ChirpStackDifference): string {
  return here_name || there_name || eui;
}

function useDecision(onDone: () => void) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const decide = useDecide();
  const refusal = useEstateRefusal('devices:manage');
  const many = (ids: string[], way: ChirpStackWay) =>
    decide.mutate(
      // What one request takes.
      { ids: ids.slice(0, 500), way },
      {
        onSuccess: (answer) => {
          const count = answer?.decided ?? 0;
          toast.done(t('chirpstack.decided', { count, formatted: formats.number(count) }));
          onDone();
        },
        onError: toast.failed,
      },
    );
  const one = (row: ChirpStackDifference, way: ChirpStackWay) => many([row.id], way);
  return { many, one, refusal, isPending: decide.isPending };
}

function DifferenceFilters({ list }: { list: ListState<DifferenceFilter> }) {
  const { t } = useTranslation();
  const { filters } = list;
  const none = { state: undefined, kind: undefined, is_ignored: undefined, has_error: undefined };
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(none)}>
      <FilterChoice
        label={t('chirpstack.where')}
        value={filters.state}
        onChange={(state) => list.setFilter('state', state)}
        options={states.map((value) => ({ value, label: t(`chirpstack.states.${value}`) }))}
      />
      <FilterChoice
        label={t('chirpstack.kind')}
        value={filters.kind}
        onChange={(kind) => list.setFilter('kind', kind)}
        options={kinds.map((value) => ({ value, label: t(`chirpstack.kinds.${value}`) }))}
      />
      <FilterChoice
        label={t('chirpstack.more')}
        value={filters.is_ignored ? 'is_ignored' : filters.has_error ? 'has_error' : undefined}
        onChange={(name) =>
          list.setFilters({
            is_ignored: name === 'is_ignored' ? 'true' : undefined,
            has_error: name === 'has_error' ? 'true' : undefined,
          })
        }
        options={(['is_ignored', 'has_error'] as const).map((value) => ({
          value,
          label: t(`chirpstack.only.${value}`),
        }))}
      />
    </Filters>
  );
}

function useColumns(
  decide: (row: ChirpStackDifference, way: ChirpStackWay) => void,
  refusal: string | null,
): Column<ChirpStackDifference>[] {
  const { t } = useTranslation();
  const side = (name: string | null | undefined, isDisabled: boolean | null | undefined) => (
    <>
      {name === null || name === undefined ? '–' : name || t('chirpstack.nameless')}
      {isDisabled && <span className={styles.second}>{t('chirpstack.disabled')}</span>}
    </>
  );
  return [
    {
      key: 'thing',
      title: t('chirpstack.thing'),
      isPrimary: true,
      minWidth: 180,
      sort: 'eui',
      render: (row) => (
        <>
          {t(`chirpstack.kinds.${row.kind as 'device' | 'gateway'}`)}
          <span className={styles.second}>
            <Eui eui={row.eui} what="EUI" />
          </span>
        </>
      ),
    },
    {
      key: 'state',
      title: t('chirpstack.difference'),
      sort: 'state',
      render: (row) => <Difference row={row} />,
    },
    { key: 'here', title: t('chirpstack.here'), render: (r) => side(r.here_name, r.here_disabled) },
    {
      key: 'there',
      title: t('chirpstack.there'),
      render: (r) => side(r.there_name, r.there_disabled),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (row) => {
        const ways: ChirpStackWay[] = [
          ...(row.state === 'there' ? [] : (['give'] as const)),
          ...(row.state === 'here' ? [] : (['take'] as const)),
          row.is_ignored ? 'regard' : 'ignore',
        ];
        return (
          <RowMenu
            label={t('chirpstack.actionsFor', { name: nameOf(row) })}
            actions={ways.map((way) => ({
              key: way,
              label: t(`chirpstack.ways.${way}`),
              refusal,
              onPick: () => decide(row, way),
            }))}
          />
        );
      },
    },
  ];
}

function Difference({ row }: { row: ChirpStackDifference }) {
  const { t } = useTranslation();
  const parts = row.differs.map((part) => t(`chirpstack.parts.${part as 'name'}`)).join(', ');
  return (
    <>
      <StatusTag tone={row.error ? 'bad' : row.wanted ? 'waiting' : 'warning'}>
        {t(`chirpstack.states.${row.state as 'here'}`)}
        {parts && `: ${parts}`}
      </StatusTag>
      {row.changed_side && (
        <span className={styles.second}>
          {t(`chirpstack.changed.${row.changed_side as 'here' | 'there'}`)}
        </span>
      )}
      {row.wanted && <span className={styles.second}>{t('chirpstack.underWay')}</span>}
      {row.error && <span className={styles.second}>{row.error}</span>}
    </>
  );
}
