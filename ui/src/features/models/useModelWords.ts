import { useTranslation } from 'react-i18next';
import type { DeviceModel } from '@/api/types';

const senses = ['occupancy', 'motion', 'count', 'contact'] as const;
const displays = ['lamp', 'state', 'count', 'text'] as const;

/** What a model can do, in words; what is newer than this page stays as the server calls it. */
export function useModelWords() {
  const { t } = useTranslation();
  const sense = (name: string) => {
    const known = senses.find((each) => each === name);
    return known ? t(`models.senses.${known}`) : name;
  };
  const display = (name: string) => {
    const known = displays.find((each) => each === name);
    return known ? t(`models.displays.${known}`) : name;
  };
  return {
    abilities: (model: DeviceModel): string[] => [
      ...(model.senses ? [sense(model.senses)] : []),
      ...(model.displays ? [display(model.displays)] : []),
      ...(model.is_light_reported ? [t('models.reportsLight')] : []),
    ],
    use: (model: DeviceModel): string =>
      model.is_sensor && model.is_display
        ? t('models.useBoth')
        : model.is_sensor
          ? t('devices.roles.sensor')
          : model.is_display
            ? t('devices.roles.display')
            : t('models.useNone'),
  };
}
