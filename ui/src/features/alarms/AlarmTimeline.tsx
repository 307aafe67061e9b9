import { useTranslation } from 'react-i18next';
import type { AlarmDetail } from '@/api/types';
import { useAlarmWords } from '@/components/alarms';
import { Moment } from '@/components/Moment';
import styles from './alarms.module.css';

type Step = { key: string; at: string; text: string };

/** What came of it, in its order. */
export function AlarmTimeline({ alarm }: { alarm: AlarmDetail }) {
  const { t } = useTranslation();
  const steps = useSteps(alarm);
  return (
    <section>
      <h2 className={styles.title}>{t('alarms.timeline')}</h2>
      <ol className={styles.timeline}>
        {steps.map(({ key, at, text }) => (
          <li key={key}>
            <span>{text}</span>
            <Moment at={at} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function useSteps(alarm: AlarmDetail): Step[] {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const steps: Step[] = [{ key: 'raised', at: alarm.raised_at, text: t('alarms.steps.raised') }];
  if (alarm.told_at) steps.push({ key: 'told', at: alarm.told_at, text: t('alarms.steps.told') });
  if (alarm.acknowledged_at) {
    const text = t('alarms.acknowledgedBy', { name: alarm.acknowledged_by });
    steps.push({ key: 'acknowledged', at: alarm.acknowledged_at, text });
  }
  if (alarm.recovering_since) {
    steps.push({
      key: 'recovering',
      at: alarm.recovering_since,
      text: t('alarms.steps.recovering'),
    });
  }
  for (const { id, at, by } of alarm.comments) {
    steps.push({ key: id, at, text: t('alarms.steps.commented', { name: by }) });
  }
  if (alarm.cleared_at && alarm.clear_reason) {
    const text = t('alarms.steps.cleared', { reason: words.cleared(alarm.clear_reason) });
    steps.push({ key: 'cleared', at: alarm.cleared_at, text });
  }
  return steps.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
