import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceChoicesQuery } from '@/api/devices';
import type { DeviceRole } from '@/api/types';
import { type PickerProps, SearchPicker } from './SearchPicker';

type Props = PickerProps & {
  tenantId: string;
  /** As what it is to serve. */
  role: DeviceRole;
};

/** A device, found by its name or DevEUI in any notation; one that serves a bay says which. */
export function DevicePicker({ tenantId, role, ...rest }: Props) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const choices = useQuery(deviceChoicesQuery(tenantId, { q, role }));
  return (
    <SearchPicker
      {...rest}
      isSearching={choices.isFetching}
      nothing={q ? t('devices.noDevice') : t('devices.noFreeDevice')}
      onSearch={setQ}
      options={(choices.data?.devices ?? []).map((device) => {
        const { id, name, dev_eui, model, space_code, site_name, lifecycle_state } = device;
        const refusal = space_code
          ? t('devices.servesAlready', { code: space_code, site: site_name ?? '' })
          : lifecycle_state === 'decommissioned'
            ? t('devices.stages.decommissioned.name')
            : undefined;
        return {
          value: id,
          name: name ? `${name} (${dev_eui})` : dev_eui,
          second: model ? `${model.vendor} ${model.name}` : undefined,
          ...(refusal ? { refusal } : {}),
        };
      })}
    />
  );
}
