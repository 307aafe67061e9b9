import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { modelChoicesQuery } from '@/api/devices';
import type { DeviceModel } from '@/api/types';
import type { PickerProps } from './SearchPicker';

type Props = PickerProps & {
  tenantId: string;
  /** Which of them; all, if nobody says. */
  isOffered?: (model: DeviceModel) => boolean;
};

/** A model of the catalogue or of the tenant's own, by vendor, found by typing. */
export function ModelPicker({ tenantId, label, isOffered = () => true, ...rest }: Props) {
  const { t } = useTranslation();
  const models = useQuery(modelChoicesQuery(tenantId));
  const offered = models.data?.models.filter(isOffered) ?? [];
  const vendors = [...new Set(offered.map(({ vendor }) => vendor))];
  return (
    <Select<string>
      {...rest}
      aria-label={label}
      loading={models.isFetching}
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: 'search' }}
      optionLabelProp="title"
      notFoundContent={models.isPending ? t('common.loading') : t('devices.noModel')}
      options={vendors.map((vendor) => ({
        label: vendor,
        options: offered
          .filter((model) => model.vendor === vendor)
          .map(({ id, name, slug, is_own }) => ({
            value: id,
            title: `${vendor} ${name}`,
            search: `${vendor} ${name} ${slug}`,
            label: is_own ? `${name} (${t('models.own')})` : name,
          })),
      }))}
    />
  );
}
