import { useTranslation } from 'react-i18next';
import type { Tier } from '@/api/types';

const tiers: readonly Tier[] = ['basic', 'professional', 'enterprise'];

/** What a tier is called; one that is newer than this UI keeps the server's name. */
export function useTierName(): (tier: string) => string {
  const { t } = useTranslation();
  return (tier) => {
    const known = tiers.find((each) => each === tier);
    return known ? t(`tiers.${known}`) : tier;
  };
}
