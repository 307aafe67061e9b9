import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { displayQuery } from '@/api/lamps';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan, useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { LampPanel } from '@/components/lamp/LampPanel';
import { LampTest, LampTestForm } from '@/components/lamp/LampTest';
import { RawCommandForm } from '@/components/lamp/RawCommandForm';
import { Panel } from '@/components/Panel';

/** What a display should show, was told and says it shows; and ways to try it out and to tell it anything. */
export function DisplayPanels({ device }: { device: Device }) {
  const { t } = useTranslation();
  const sees = useCan('displays:read');
  const mayNotTest = useEstateRefusal('displays:test');
  const mayNotCommand = useEstateRefusal('displays:command');
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const isDisplay = device.roles.includes('display');
  const query = useQuery({
    ...displayQuery(tenantId, device.id),
    enabled: sees && isDisplay,
    retry: false,
  });
  // A display nobody has looked at yet has no truths, and is not found.
  if (!query.data || device.archived_at) return null;
  const display = query.data;
  const renew = () =>
    Promise.all(
      ['displays', 'downlinks'].map((name) =>
        queryClient.invalidateQueries({ queryKey: [tenantId, name] }),
      ),
    );
  return (
    <>
      <Panel title={t('lamps.one')}>
        <LampPanel display={display}>
          <Link to={paths.downlinks({ device: display.id })}>{t('lamps.commands')}</Link>
        </LampPanel>
      </Panel>
      <Panel title={t('lamps.testTitle')}>
        <LampTest display={display} refusal={mayNotTest} onTried={renew} />
        <LampTestForm display={display} refusal={mayNotTest} onTried={renew} />
      </Panel>
      <Panel title={t('lamps.rawTitle')}>
        <RawCommandForm display={display} refusal={mayNotCommand} onSent={renew} />
      </Panel>
    </>
  );
}
