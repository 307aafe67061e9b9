import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteChoicesQuery, siteQuery } from '@/api/estate';

const TYPING_PAUSE_MS = 250;

type Props = {
  tenantId: string;
  /** Given by a form's field, else by the page. */
  id?: string;
  value?: string;
  onChange?: (siteId: string | undefined) => void;
  label?: string;
  placeholder?: string;
  className?: string;
  allowClear?: boolean;
  /** A site that cannot be chosen, such as the one that is left. */
  except?: string;
};

/** One of the tenant's sites, found by typing: the server searches, however many there are. */
export function SitePicker({ tenantId, label, except, onChange, value, ...rest }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const choices = useQuery(siteChoicesQuery(tenantId, search));
  const found = choices.data?.sites ?? [];
  const isCrossTenant = choices.data?.is_cross_tenant ?? false;
  const isKnown = found.some(({ id }) => id === value);
  // The chosen one by its name, also when the search does not hold it.
  const chosen = useQuery({
    ...siteQuery(tenantId, value ?? ''),
    enabled: value !== undefined && !choices.isPending && !isKnown,
  });

  useEffect(() => () => clearTimeout(pause.current), []);

  const sites = chosen.data && !isKnown ? [chosen.data.site, ...found] : found;
  return (
    <Select
      {...rest}
      aria-label={label}
      value={value}
      onChange={(next: string | undefined) => onChange?.(next)}
      loading={choices.isFetching}
      popupMatchSelectWidth={false}
      showSearch={{
        filterOption: false,
        onSearch: (text) => {
          clearTimeout(pause.current);
          pause.current = setTimeout(() => setSearch(text.trim()), TYPING_PAUSE_MS);
        },
      }}
      notFoundContent={choices.isPending ? t('common.loading') : t('estate.noSite')}
      options={sites
        .filter(({ id }) => id !== except)
        .map(({ id, name, city, tenant_name }) => ({
          value: id,
          label: [name, isCrossTenant ? tenant_name : city].filter(Boolean).join(', '),
        }))}
    />
  );
}
