import { useTranslation } from 'react-i18next';
import type { Stage } from '@/api/types';
import { StatusTag, type Tone } from '@/components/StatusTag';

const tones: Record<Stage, Tone> = { planned: 'waiting', in_force: 'warning', over: 'quiet' };

export function StageTag({ stage }: { stage: Stage }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[stage]}>{t(`overrides.stages.${stage}`)}</StatusTag>;
}
