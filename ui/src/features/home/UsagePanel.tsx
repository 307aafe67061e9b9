import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLimits } from '@/app/session/me';
import { DataAge } from '@/components/DataAge';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useTierName } from '@/components/tiers';
import { UsageMeter } from '@/components/UsageMeter';
import styles from './home.module.css';

/** What the tenant uses of what it may use. */
export function UsagePanel() {
  const { t } = useTranslation();
  const formats = useFormats();
  const tierName = useTierName();
  const limits = useLimits();
  return (
    <Panel title={t('home.usage')} intro={t('home.usageIntro')} extra={<DataAge query={limits} />}>
      {limits.isPending && <Skeleton active title={false} paragraph={{ rows: 5 }} />}
      {limits.error && <ProblemAlert error={limits.error} onRetry={() => void limits.refetch()} />}
      {limits.data && (
        <>
          <div className={styles.meters}>
            {limits.data.resources.map(({ resource, used, max, near_limit }) => (
              <UsageMeter
                key={resource}
                label={t(`usage.resources.${resource}`)}
                used={used}
                max={max}
                isNearLimit={near_limit}
              />
            ))}
          </div>
          <p className={styles.rate}>
            {t('home.rate', {
              tier: tierName(limits.data.tier),
              requests: formats.number(limits.data.rate.requests_per_minute),
              writes: formats.number(limits.data.rate.writes_per_minute),
            })}
          </p>
        </>
      )}
    </Panel>
  );
}
