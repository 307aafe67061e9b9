import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { StatusTag } from '@/components/StatusTag';
import styles from './devices.module.css';
import { FirstCommand } from './FirstCommand';
import { firstWordsQuery, reachQuery, useGiveToChirpStack } from './queries';

/** Whether a device that was just made is on its way: in ChirpStack, joined, and heard. */
export function Reach({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation();
  const words = useQuery(firstWordsQuery(useTenantId(), deviceId));
  const heard = words.data?.uplinks[0];
  return (
    <span className={styles.reach} aria-live="polite">
      <InChirpStack deviceId={deviceId} />
      {heard ? (
        <>
          <StatusTag tone="good">
            {t('onboard.heard', { what: t(`uplinks.kinds.${heard.kind}`) })}
          </StatusTag>
          <Link to={paths.messages({ device: deviceId })} className={styles.link}>
            {t(`uplinks.outcomes.${heard.outcome ?? 'waiting'}`)}
          </Link>
        </>
      ) : (
        <StatusTag tone="waiting">{t('onboard.waiting')}</StatusTag>
      )}
    </span>
  );
}

/** Makes it there with its key, once, and says how far it has come. */
function InChirpStack({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation();
  const give = useGiveToChirpStack();
  const reach = useQuery(reachQuery(useTenantId(), deviceId, give.isSuccess));
  const begun = useRef(false);
  const isConnected = reach.data?.is_connected ?? false;
  useEffect(() => {
    if (begun.current || !isConnected) return;
    begun.current = true;
    give.mutate(deviceId);
  }, [isConnected, give, deviceId]);
  if (!isConnected) return null;
  if (give.error) {
    return (
      <>
        <StatusTag tone="bad">{t('onboard.notGiven')}</StatusTag>
        <Button size="small" onClick={() => give.mutate(deviceId)}>
          {t('onboard.tryAgain')}
        </Button>
      </>
    );
  }
  if (!reach.data?.is_known) return <StatusTag tone="waiting">{t('onboard.giving')}</StatusTag>;
  if (reach.data.has_joined) {
    return (
      <>
        <StatusTag tone="good">{t('onboard.joined')}</StatusTag>
        <FirstCommand readiness={reach.data} />
      </>
    );
  }
  return <StatusTag tone="waiting">{t('onboard.given')}</StatusTag>;
}
