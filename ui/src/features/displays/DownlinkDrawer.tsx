import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Downlink, DownlinkStep } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { Fact, Facts } from '@/components/Facts';
import { GatedButton } from '@/components/GatedButton';
import { ColorSign } from '@/components/lamp/LampSign';
import { downlinkStatuses, downlinkTones, useLampWords } from '@/components/lamp/words';
import { Moment } from '@/components/Moment';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './displays.module.css';
import { cancelDownlink, downlinkQuery, retryDownlink } from './queries';

type Props = { downlinkId: string | null; onClose: () => void };

/** One command: what it says, where it stands, and what happened to it step by step. */
export function DownlinkDrawer({ downlinkId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(downlinkQuery(useTenantId(), downlinkId ?? ''));
  const downlink = query.data;
  return (
    <Drawer
      open={downlinkId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={t('downlinks.one')}
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isLoading && <Skeleton active />}
      {downlink && (
        <>
          <DownlinkFacts downlink={downlink} />
          <DownlinkActions downlink={downlink} />
          <h2 className={styles.title}>{t('downlinks.story')}</h2>
          <ol className={styles.story}>
            {downlink.story.map((step) => (
              <li key={`${step.at}${step.what}`}>
                <StoryStep step={step} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Drawer>
  );
}

function StoryStep({ step }: { step: DownlinkStep }) {
  const { t, i18n } = useTranslation();
  const words = useLampWords();
  const isKnown = i18n.exists(`downlinks.steps.${step.what}`);
  const became = downlinkStatuses.find((status) => status === step.then);
  return (
    <>
      <Moment at={step.at} /> {isKnown ? t(`downlinks.steps.${step.what as 'queued'}`) : step.what}
      {step.attempt && ` (${step.attempt})`}
      {became && <span className={styles.second}>→ {words.downlink(became)}</span>}
      {[step.gateway, step.item, step.detail, step.by].filter(Boolean).map((detail) => (
        <code key={detail} className={styles.second}>
          {detail}
        </code>
      ))}
    </>
  );
}

function DownlinkFacts({ downlink }: { downlink: Downlink }) {
  const { t } = useTranslation();
  const words = useLampWords();
  return (
    <Facts>
      <Fact label={t('fields.status')}>
        <StatusTag tone={downlinkTones[downlink.status]}>
          {words.downlink(downlink.status)}
        </StatusTag>
      </Fact>
      <Fact label={t('downlinks.display')}>
        <Link to={paths.device(downlink.device_id)}>
          {downlink.device_name ?? downlink.dev_eui}
        </Link>
      </Fact>
      <Fact label={t('downlinks.what')}>
        <ColorSign color={downlink.look?.color} /> <code>{downlink.payload}</code>
      </Fact>
      <Fact label={t('downlinks.kind')}>{t(`downlinks.kinds.${downlink.kind}`)}</Fact>
      <Fact label={t('downlinks.attempts')}>{downlink.attempts}</Fact>
      {downlink.gateway_eui && (
        <Fact label={t('gateways.one')}>
          <code>{downlink.gateway_eui}</code>
        </Fact>
      )}
      {downlink.created_by && <Fact label={t('downlinks.by')}>{downlink.created_by}</Fact>}
      <Fact label={t('downlinks.made')}>
        <Moment at={downlink.created_at} />
      </Fact>
    </Facts>
  );
}

function DownlinkActions({ downlink }: { downlink: Downlink }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('displays:test');
  const rawRefusal = useEstateRefusal('displays:command');
  const retryRefusal = downlink.kind === 'raw' ? rawRefusal : refusal;
  const toast = useToast();
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const options = {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId, 'downlinks'] }),
    onError: toast.failed,
  };
  const retry = useMutation({ mutationFn: retryDownlink, ...options });
  const cancel = useMutation({ mutationFn: cancelDownlink, ...options });
  const common = { isAllowed: refusal === null, reason: refusal ?? '' };
  return (
    <p>
      {downlink.status === 'failed' && (
        <GatedButton
          isAllowed={retryRefusal === null}
          reason={retryRefusal ?? ''}
          loading={retry.isPending}
          onClick={() => retry.mutate(downlink.id)}
        >
          {t('downlinks.retry')}
        </GatedButton>
      )}
      {downlink.status === 'waiting' && (
        <GatedButton
          {...common}
          loading={cancel.isPending}
          onClick={() => cancel.mutate(downlink.id)}
        >
          {t('downlinks.cancel')}
        </GatedButton>
      )}
    </p>
  );
}
