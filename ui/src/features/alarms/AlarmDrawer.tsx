import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AlarmDetail } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { useAlarmWords } from '@/components/alarms';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { Age, Moment } from '@/components/Moment';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SeverityTag } from '@/components/SeverityTag';
import { AlarmActions } from './AlarmActions';
import { AlarmComments } from './AlarmComments';
import { AlarmEvidence } from './AlarmEvidence';
import { AlarmStatus } from './AlarmStatus';
import { AlarmTimeline } from './AlarmTimeline';
import styles from './alarms.module.css';
import { alarmQuery } from './queries';

type Props = { alarmId: string | null; onOpen: (id: string) => void; onClose: () => void };

/** One alarm: what is wrong, how one knows, what came of it, what people said. */
export function AlarmDrawer({ alarmId, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(alarmQuery(useTenantId(), alarmId ?? ''));
  const alarm = query.data;
  return (
    <Drawer
      open={alarmId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(620px, 100vw)"
      title={alarm ? alarm.subject_name : t('alarms.one')}
      extra={alarm && <AlarmActions alarm={alarm} caption={t('table.actions')} />}
    >
      {query.error && (
        <div className={styles.alert}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isLoading && <Skeleton active />}
      {alarm && (
        <div className={styles.details}>
          <NowPart alarm={alarm} age={<DataAge query={query} />} />
          <WherePart alarm={alarm} onOpen={onOpen} />
          <AlarmEvidence alarm={alarm} />
          {alarm.children.length > 0 && <ChildrenPart alarm={alarm} onOpen={onOpen} />}
          <AlarmTimeline alarm={alarm} />
          <AlarmComments key={alarm.id} alarm={alarm} />
        </div>
      )}
    </Drawer>
  );
}

function NowPart({ alarm, age }: { alarm: AlarmDetail; age: React.ReactNode }) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  return (
    <section className={styles.now} aria-label={t('alarms.whatIsWrong')}>
      <div className={styles.nowHead}>
        <strong>{words.kind(alarm.kind)}</strong>
        <SeverityTag severity={alarm.severity} />
      </div>
      <p className={styles.about}>{words.about(alarm.kind)}</p>
      <div>
        <AlarmStatus alarm={alarm} />
      </div>
      {alarm.mute_reason && alarm.is_muted && (
        <div className={styles.second}>
          {t('alarms.mutedBecause', { reason: alarm.mute_reason, name: alarm.muted_by })}
        </div>
      )}
      <div>{age}</div>
    </section>
  );
}

/** Where one sees to it; what is gone since is not found there, and that is said. */
function subjectPath({ subject_type, subject_id }: AlarmDetail): string {
  switch (subject_type) {
    case 'device':
      return paths.deviceHealth(subject_id);
    case 'gateway':
      return paths.gateway(subject_id);
    case 'space':
      return paths.bay(subject_id);
  }
}

function WherePart({ alarm, onOpen }: { alarm: AlarmDetail; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const { parent_id, parent_name } = alarm;
  return (
    <section>
      <h2 className={styles.title}>{t('alarms.where')}</h2>
      <Facts>
        <Fact label={t(`alarms.subjects.${alarm.subject_type}`)}>
          <Link to={subjectPath(alarm)}>{alarm.subject_name}</Link>
        </Fact>
        {alarm.space_id && alarm.subject_type !== 'space' && (
          <Fact label={t('alarms.bay')}>
            <Link to={paths.bay(alarm.space_id)}>{alarm.space_code}</Link>
          </Fact>
        )}
        {alarm.site_id && (
          <Fact label={t('alarms.site')}>
            <Link to={paths.site(alarm.site_id)}>{alarm.site_name}</Link>
          </Fact>
        )}
        <Fact label={t('alarms.raised')}>
          <Moment at={alarm.raised_at} /> (<Age at={alarm.raised_at} />)
        </Fact>
        {parent_id && parent_name && (
          <Fact label={t('alarms.because')}>
            <button type="button" className={styles.open} onClick={() => onOpen(parent_id)}>
              {t('alarms.explainedBy', { name: parent_name })}
            </button>
          </Fact>
        )}
      </Facts>
    </section>
  );
}

function ChildrenPart({ alarm, onOpen }: { alarm: AlarmDetail; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const more = alarm.children_count - alarm.children.length;
  return (
    <section>
      <h2 className={styles.title}>{t('alarms.explains', { count: alarm.children_count })}</h2>
      <ul className={styles.children}>
        {alarm.children.map((child) => (
          <li key={child.id}>
            <button type="button" className={styles.open} onClick={() => onOpen(child.id)}>
              {child.subject_name}
            </button>
            <span className={styles.second}>
              {child.space_code && `${t('alarms.atBay', { code: child.space_code })}, `}
              <Age at={child.raised_at} />
              {!child.is_open && `, ${t('alarms.cleared')}`}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={styles.hint}>{t('alarms.moreChildren', { count: more })}</p>}
    </section>
  );
}
