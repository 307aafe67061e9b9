import { useTranslation } from 'react-i18next';
import type { Lifecycle } from '@/api/types';
import { StatusTag, type Tone } from '@/components/StatusTag';

const tones: Record<Lifecycle, Tone> = {
  provisioned: 'waiting',
  commissioned: 'waiting',
  operational: 'good',
  maintenance: 'warning',
  decommissioned: 'quiet',
};

/** Where a device stands in its life. */
export function StageTag({ stage }: { stage: Lifecycle }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[stage]}>{t(`devices.stages.${stage}.name`)}</StatusTag>;
}
