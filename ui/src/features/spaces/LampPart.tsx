import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { displayOfBayQuery } from '@/api/lamps';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { LampPanel } from '@/components/lamp/LampPanel';
import { LampTest } from '@/components/lamp/LampTest';
import styles from './spaces.module.css';

/** The lamp of a bay: what it should show, was told, and says it shows. */
export function LampPart({ space }: { space: Space }) {
  const { t } = useTranslation();
  const sees = useCan('displays:read');
  const refusal = useEstateRefusal('displays:test');
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...displayOfBayQuery(tenantId, space.id),
    enabled: sees && Boolean(space.display),
  });
  const display = query.data?.displays[0];
  if (!display) return null;
  return (
    <section>
      <h2 className={styles.title}>{t('lamps.one')}</h2>
      <LampPanel display={display}>
        <Link to={paths.downlinks({ device: display.id })}>{t('lamps.commands')}</Link>
        <LampTest
          display={display}
          refusal={refusal}
          onTried={() => queryClient.invalidateQueries({ queryKey: [tenantId, 'displays'] })}
        />
      </LampPanel>
    </section>
  );
}
