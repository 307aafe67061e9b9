import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Me } from '@/api/types';
import { paths } from '@/app/paths';
import { useLimits } from '@/app/session/me';
import { can } from '@/app/session/permissions';
import { CheckOutlined, RightOutlined } from '@/components/icons';
import { Panel } from '@/components/Panel';
import { Spoken } from '@/components/Spoken';
import styles from './home.module.css';
import { apiKeyCountQuery, webhookSecretCountQuery } from './queries';

type Step = {
  key: 'verify' | 'site' | 'bays' | 'devices' | 'invite' | 'webhook' | 'apiKey';
  path: string;
  isDone: boolean;
};

type Props = {
  me: Me;
  /** How many there are of each limited thing, where that is known. */
  counts: Record<string, number> | null;
};

/** A tenant's first steps, in the order that makes sense; gone once all are taken. */
export function NextSteps({ me, counts }: Props) {
  const { t } = useTranslation();
  const tenantId = me.tenant.id;
  const mayApiKeys = can(me, 'api_keys:manage');
  const mayWebhooks = can(me, 'webhook_secrets:manage');
  const limits = useLimits();
  const apiKeys = useQuery(apiKeyCountQuery(tenantId, mayApiKeys));
  const webhooks = useQuery(webhookSecretCountQuery(tenantId, mayWebhooks));

  // A tick must not appear and vanish while the answers come in.
  const isKnown =
    !limits.isPending &&
    (!mayApiKeys || !apiKeys.isPending) &&
    (!mayWebhooks || !webhooks.isPending);
  if (!isKnown) return null;

  const members = limits.data?.resources.find(({ resource }) => resource === 'users')?.used ?? 0;
  const steps: Step[] = [
    ...(me.user
      ? [{ key: 'verify' as const, path: paths.profile(), isDone: me.user.email_verified }]
      : []),
    ...(counts && me.tenant.kind === 'customer' ? estateSteps(me, counts) : []),
    ...(can(me, 'users:manage')
      ? [{ key: 'invite' as const, path: paths.invitations({ invite: true }), isDone: members > 1 }]
      : []),
    ...(mayWebhooks
      ? [
          {
            key: 'webhook' as const,
            path: paths.webhookSecrets(),
            isDone: (webhooks.data ?? 0) > 0,
          },
        ]
      : []),
    ...(mayApiKeys
      ? [{ key: 'apiKey' as const, path: paths.apiKeys(), isDone: (apiKeys.data ?? 0) > 0 }]
      : []),
  ];
  const next = steps.find(({ isDone }) => !isDone);
  if (!next) return null;

  return (
    <Panel title={t('home.nextSteps')} intro={t('home.nextStepsIntro')}>
      <ol className={styles.steps}>
        {steps.map(({ key, path, isDone }, index) => (
          <li key={key} className={isDone ? styles.stepDone : styles.step}>
            <span className={styles.stepMark} aria-hidden="true">
              {isDone ? <CheckOutlined /> : index + 1}
            </span>
            {isDone ? (
              <span className={styles.stepWords}>
                {t(`home.steps.${key}.title`)}
                <Spoken> {t('home.stepDone')}</Spoken>
              </span>
            ) : (
              <Link to={path} className={styles.stepLink}>
                <span className={styles.stepWords}>
                  <strong>{t(`home.steps.${key}.title`)}</strong>
                  <span>{t(`home.steps.${key}.text`)}</span>
                </span>
                <RightOutlined />
              </Link>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** A car park, its bays, and what watches them: each needs the one before. */
function estateSteps(me: Me, counts: Record<string, number>): Step[] {
  const has = (resource: string) => (counts[resource] ?? 0) > 0;
  return [
    ...(can(me, 'sites:manage')
      ? [{ key: 'site' as const, path: paths.sites({ create: true }), isDone: has('sites') }]
      : []),
    ...(can(me, 'spaces:manage')
      ? [{ key: 'bays' as const, path: paths.spaces({ create: 'many' }), isDone: has('spaces') }]
      : []),
    ...(can(me, 'devices:manage')
      ? [{ key: 'devices' as const, path: paths.devices({ create: true }), isDone: has('devices') }]
      : []),
  ];
}
