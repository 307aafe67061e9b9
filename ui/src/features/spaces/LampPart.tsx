import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { LampPanel } from './LampPanel';
import { displayOfBayQuery } from './lampQueries';
import styles from './spaces.module.css';

/** The lamp of a bay: what it should show, was told, and says it shows. */
export function LampPart({ space }: { space: Space }) {
  const { t } = useTranslation();
  const sees = useCan('displays:read');
  const query = useQuery({
    ...displayOfBayQuery(useTenantId(), space.id),
    enabled: sees && Boolean(space.display),
  });
  const display = query.data?.displays[0];
  if (!display) return null;
  return (
    <section>
      <h2 className={styles.title}>{t('lamps.one')}</h2>
      <LampPanel display={display} />
    </section>
  );
}
