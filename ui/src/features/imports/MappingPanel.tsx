import { useQuery } from '@tanstack/react-query';
import { Button, Select, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Import } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { GatedButton } from '@/components/GatedButton';
import { CheckOutlined, EditOutlined } from '@/components/icons';
import { useIsNarrow } from '@/components/mediaQuery';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import styles from './imports.module.css';
import { sampleQuery, useMove } from './queries';
import { useImportWords } from './words';

type Props = { import: Import };

/** Which column of the file is which, beside what the first rows hold. */
export function MappingPanel({ import: one }: Props) {
  const { t } = useTranslation();
  const words = useImportWords();
  const [isOpen, setIsOpen] = useState(one.status === 'uploaded');
  if (!isOpen) {
    const read = one.columns.filter(({ index }) => index != null);
    return (
      <Panel
        title={t('imports.mapping')}
        extra={
          <Button icon={<EditOutlined />} onClick={() => setIsOpen(true)}>
            {t('imports.changeMapping')}
          </Button>
        }
      >
        <p className={styles.hint}>
          {t('imports.readColumns', {
            columns: read.map(({ name }) => words.column(name)).join(', '),
          })}
        </p>
      </Panel>
    );
  }
  return <MappingForm import={one} />;
}

function MappingForm({ import: one }: Props) {
  const { t } = useTranslation();
  const words = useImportWords();
  const tenantId = useTenantId();
  const sample = useQuery(sampleQuery(tenantId, one.id));
  const refusal = useEstateRefusal('imports:manage');
  const move = useMove(one.id);
  const isNarrow = useIsNarrow();
  const [siteId, setSiteId] = useState<string | undefined>(one.site_id ?? undefined);
  const [places, setPlaces] = useState<Record<string, number>>(() =>
    Object.fromEntries(
      one.columns.flatMap(({ name, index }) => (index == null ? [] : [[name, index]])),
    ),
  );
  const missing = one.columns.find(({ name, is_required }) => is_required && places[name] == null);
  const why =
    refusal ??
    (missing ? t('imports.columnMissing', { column: words.column(missing.name) }) : null);
  const choices = one.header.map((name, value) => ({
    value,
    label: name || t('imports.nameless', { n: value + 1 }),
  }));
  const unread = one.header.filter((_, index) => !Object.values(places).includes(index));
  /** What the first rows hold where a column is read from. */
  function sampleOf(name: string): string {
    const place = places[name];
    const cells =
      place === undefined ? [] : (sample.data?.rows.map(({ cells: all }) => all[place]) ?? []);
    return cells.filter(Boolean).slice(0, 3).join(' · ') || '–';
  }

  const check = () =>
    move.mutate([{ how: 'mapping', columns: places, siteId: siteId ?? null }, { how: 'check' }]);

  return (
    <Panel title={t('imports.mapping')} intro={t('imports.mappingIntro')}>
      <Table
        className={styles.mapping}
        aria-label={t('imports.mapping')}
        size="small"
        pagination={false}
        rowKey="name"
        dataSource={one.columns}
        scroll={{ x: 'max-content' }}
        columns={[
          {
            key: 'column',
            title: t('imports.column'),
            rowScope: 'row',
            render: (_value, { name, is_required }) => (
              <>
                {words.column(name)}
                {is_required && <span className={styles.second}>{t('imports.required')}</span>}
              </>
            ),
          },
          {
            key: 'place',
            title: t('imports.inFile'),
            render: (_value, { name }) => (
              <>
                <Select<number>
                  className={styles.place}
                  aria-label={t('imports.placeOf', { column: words.column(name) })}
                  placeholder={t('imports.notInFile')}
                  allowClear
                  disabled={refusal !== null}
                  value={places[name]}
                  onChange={(index?: number) =>
                    setPlaces(({ [name]: _before, ...others }) =>
                      index === undefined ? others : { ...others, [name]: index },
                    )
                  }
                  options={choices}
                />
                {isNarrow && <span className={styles.second}>{sampleOf(name)}</span>}
              </>
            ),
          },
          ...(isNarrow
            ? []
            : [
                {
                  key: 'sample',
                  title: t('imports.sample'),
                  render: (_value: unknown, { name }: Import['columns'][number]) => (
                    <span className={styles.sample}>{sampleOf(name)}</span>
                  ),
                },
              ]),
        ]}
      />
      {unread.length > 0 && (
        <p className={styles.hint}>{t('imports.unread', { columns: unread.join(', ') })}</p>
      )}
      {move.error && (
        <div className={styles.gap}>
          <ProblemAlert error={move.error} />
        </div>
      )}
      <div className={styles.form}>
        <div className={styles.site}>
          <span>
            {one.kind === 'spaces' ? t('imports.siteForBays') : t('imports.siteForDevices')}
          </span>
          <SitePicker
            tenantId={tenantId}
            label={one.kind === 'spaces' ? t('imports.siteForBays') : t('imports.siteForDevices')}
            placeholder={t('imports.siteInFile')}
            allowClear
            value={siteId}
            onChange={setSiteId}
          />
        </div>
        <GatedButton
          type="primary"
          icon={<CheckOutlined />}
          isAllowed={why === null}
          reason={why ?? ''}
          loading={move.isPending}
          onClick={check}
        >
          {t('imports.check')}
        </GatedButton>
      </div>
    </Panel>
  );
}
