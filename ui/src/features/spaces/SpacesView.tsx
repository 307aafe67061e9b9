import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { siteChoicesQuery, siteQuery } from '@/api/estate';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useIsFresh } from '@/app/session/useLive';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { EmptyState } from '@/components/EmptyState';
import { GatedButton } from '@/components/GatedButton';
import {
  AppstoreAddOutlined,
  DownloadOutlined,
  ImportOutlined,
  PlusOutlined,
  QrcodeOutlined,
} from '@/components/icons';
import { useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { QueryTable } from '@/components/QueryTable';
import { useToast } from '@/components/toast';
import { BulkActions } from './BulkActions';
import { CreateSpaceDialog } from './CreateSpaceDialog';
import { CreateSpacesDialog } from './CreateSpacesDialog';
import {
  firstSpaces,
  PICK_MAX,
  type SpaceFilter,
  spaceFilters,
  spacesQuery,
  useExportSpaces,
} from './queries';
import { SpaceDrawer } from './SpaceDrawer';
import { SpaceFilterBar } from './SpaceFilterBar';
import styles from './spaces.module.css';
import { useSpaceColumns } from './useSpaceColumns';

const filtersOfSite = spaceFilters.filter((name) => name !== 'site_id');

/** Bays: all of the tenant's with a heading of their own, or those of one site under its heading. */
export function SpacesView({ siteId }: { siteId?: string }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const list = useListState<SpaceFilter>(siteId ? filtersOfSite : spaceFilters);
  const wanted = siteId ? { ...list.query, site_id: siteId } : list.query;
  const query = useQuery(spacesQuery(tenantId, wanted));
  const [openId, setOpenId] = useOpenParam('bay');
  const [picked, setPicked] = useState<Space[]>([]);
  const isFresh = useIsFresh();
  const toast = useToast();
  const all = useMutation({
    mutationFn: () => firstSpaces(wanted),
    onSuccess: setPicked,
    onError: toast.failed,
    gcTime: 0,
  });
  const isDeleted = list.filters.deleted === 'true';
  const columns = useSpaceColumns({
    isCrossTenant: query.data?.is_cross_tenant ?? false,
    isOneSite: siteId !== undefined,
    onOpen: setOpenId,
  });
  const spaces = query.data?.spaces ?? [];

  return (
    <>
      <Heading siteId={siteId} wanted={wanted} />
      <QueryTable
        label={t('spaces.title')}
        query={query}
        isLive={isFresh && !isDeleted}
        rows={(data) => data.spaces}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('spaces.search')}
        isDense
        filters={<SpaceFilterBar list={list} siteId={siteId} />}
        selection={{
          keys: picked.map(({ id }) => id),
          onChange: (keys) => {
            const known = new Map([...picked, ...spaces].map((space) => [space.id, space]));
            setPicked(keys.flatMap((key) => known.get(key) ?? []));
          },
          nameOf: ({ code }) => code,
          actions: <BulkActions spaces={picked} onDone={() => setPicked([])} />,
          all: { max: PICK_MAX, isPicking: all.isPending, onPick: () => all.mutate() },
        }}
        empty={<Empty siteId={siteId} />}
        emptyFiltered={
          isDeleted && !list.query.q ? (
            <EmptyState title={t('spaces.emptyDeletedTitle')} text={t('spaces.emptyDeletedText')} />
          ) : undefined
        }
      />
      <SpaceDrawer spaceId={openId} onClose={() => setOpenId(null)} />
    </>
  );
}

type HeadingProps = { siteId: string | undefined; wanted: Parameters<typeof spacesQuery>[1] };

function Heading({ siteId, wanted }: HeadingProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const csv = useExportSpaces();
  const site = useQuery(siteQuery(useTenantId(), siteId ?? ''));
  const denied = useEstateRefusal('spaces:manage');
  const refusal = denied ?? (site.data?.site.deleted_at ? t('sites.deletedNotice') : null);
  const importRefusal =
    useEstateRefusal('imports:manage') ?? (site.data?.site.deleted_at ? refusal : null);
  const [create, setCreate] = useOpenParam('create');
  const open = refusal ? null : create;
  const site_id = siteId ?? wanted.site_id;

  function download() {
    csv.mutate(wanted, {
      onSuccess: (blob) => saveFile(blob, `bays-${new Date().toISOString().slice(0, 10)}.csv`),
      onError: toast.failed,
    });
  }

  const actions = (
    <>
      {site_id && (
        <Button
          icon={<QrcodeOutlined />}
          onClick={() => void navigate(paths.labels({ site: site_id, level: wanted.level_id }))}
        >
          {t('labels.title')}
        </Button>
      )}
      <Button icon={<DownloadOutlined />} loading={csv.isPending} onClick={download}>
        {t('spaces.export')}
      </Button>
      <GatedButton
        icon={<ImportOutlined />}
        isAllowed={importRefusal === null}
        reason={importRefusal ?? ''}
        onClick={() =>
          void navigate(paths.imports({ into: 'spaces', ...(site_id ? { site: site_id } : {}) }))
        }
      >
        {t('imports.import')}
      </GatedButton>
      <GatedButton
        icon={<PlusOutlined />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => setCreate('one')}
      >
        {t('spaces.createOne')}
      </GatedButton>
      <GatedButton
        type="primary"
        icon={<AppstoreAddOutlined />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => setCreate('many')}
      >
        {t('spaces.createMany')}
      </GatedButton>
    </>
  );
  return (
    <>
      {siteId ? (
        <div className={styles.actions}>{actions}</div>
      ) : (
        <PageHeader title={t('spaces.title')} intro={t('spaces.intro')} actions={actions} />
      )}
      <CreateSpaceDialog
        isOpen={open === 'one'}
        siteId={site_id}
        isSiteFixed={siteId !== undefined}
        onClose={() => setCreate(null)}
      />
      <CreateSpacesDialog
        isOpen={open === 'many'}
        siteId={site_id}
        isSiteFixed={siteId !== undefined}
        onClose={() => setCreate(null)}
      />
    </>
  );
}

/** Without a site there is nowhere to put a bay: say that first. */
function Empty({ siteId }: { siteId: string | undefined }) {
  const { t } = useTranslation();
  const sites = useQuery({
    ...siteChoicesQuery(useTenantId(), ''),
    enabled: siteId === undefined,
  });
  const hasSite = siteId !== undefined || sites.data?.total !== 0;
  return (
    <EmptyState
      title={t('spaces.emptyTitle')}
      text={hasSite ? t('spaces.emptyText') : t('spaces.emptyNoSiteText')}
    />
  );
}
