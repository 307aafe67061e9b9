import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelChoicesQuery } from '@/api/devices';
import { BayFields } from './BayFields';
import styles from './BayOfModel.module.css';
import { rolesOf } from './devices';

/**
 * The bay a device that is only being made shall serve at once. Offered once its model says as what;
 * one that can be both is assigned afterwards, where one is asked.
 */
export function BayOfModel({ tenantId, modelId }: { tenantId: string; modelId?: string | null }) {
  const { t } = useTranslation();
  const models = useQuery(modelChoicesQuery(tenantId));
  const model = models.data?.models.find(({ id }) => id === modelId);
  const roles = model ? rolesOf(model) : [];
  const [role] = roles;
  if (!model) return <p className={styles.hint}>{t('devices.bayNeedsModel')}</p>;
  if (!role) return <p className={styles.hint}>{t('devices.bayNoRole')}</p>;
  if (roles.length > 1) return <p className={styles.hint}>{t('devices.bayBoth')}</p>;
  return <BayFields tenantId={tenantId} role={role} />;
}
