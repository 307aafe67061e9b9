import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bayChoicesQuery } from '@/api/devices';
import type { DeviceRole, Space } from '@/api/types';
import { type PickerProps, SearchPicker } from './SearchPicker';

type Props = PickerProps & {
  tenantId: string;
  /** Only bays of this site. */
  siteId?: string;
  /** As what a device is to serve it: a bay that has one already cannot be chosen. */
  role?: DeviceRole;
};

/** A bay, found by its code or name; one that has such a device already says which. */
export function BayPicker({ tenantId, siteId, role, ...rest }: Props) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const choices = useQuery(bayChoicesQuery(tenantId, { q, ...(siteId ? { siteId } : {}) }));

  const refusal = (space: Space) => {
    const serving = role ? space[role] : null;
    if (!serving || !role) return undefined;
    return t(`devices.bayHas.${role}`, { eui: serving.dev_eui });
  };

  return (
    <SearchPicker
      {...rest}
      isSearching={choices.isFetching}
      nothing={t('devices.noBay')}
      onSearch={setQ}
      options={(choices.data?.spaces ?? []).map((space) => {
        const refused = refusal(space);
        const { id, code, name, site_name, level } = space;
        return {
          value: id,
          name: `${code}, ${site_name}`,
          second: [name, level].filter(Boolean).join(', '),
          ...(refused ? { refusal: refused } : {}),
        };
      })}
    />
  );
}
