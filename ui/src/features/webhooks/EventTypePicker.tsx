import { useQuery } from '@tanstack/react-query';
import { Checkbox, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventType } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { eventTypesQuery } from './queries';
import styles from './webhooks.module.css';
import { bySubject, isSubjectWanted, TEST, withAll, withSubject, withType } from './wishes';

type Props = { id?: string; value?: string[]; onChange?: (wanted: string[]) => void };

/** Which events: everything, all of a subject (those to come too), or single types. */
export function EventTypePicker({ id, value = [], onChange }: Props) {
  const { t } = useTranslation();
  const query = useQuery(eventTypesQuery());
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active title={false} paragraph={{ rows: 4 }} />;
  const types = query.data.event_types.filter(({ name }) => name !== TEST);
  const isAll = value.includes('*');
  return (
    <div id={id} className={styles.picker} role="group" aria-label={t('webhooks.events')}>
      <Checkbox checked={isAll} onChange={(event) => onChange?.(withAll(event.target.checked))}>
        {t('webhooks.allEvents')} <code className={styles.code}>*</code>
      </Checkbox>
      {!isAll &&
        Object.entries(bySubject(types)).map(([subject, ofSubject]) => (
          <Subject
            key={subject}
            subject={subject}
            types={ofSubject}
            wanted={value}
            onChange={(wanted) => onChange?.(wanted)}
          />
        ))}
    </div>
  );
}

type SubjectProps = {
  subject: string;
  types: EventType[];
  wanted: string[];
  onChange: (wanted: string[]) => void;
};

function Subject({ subject, types, wanted, onChange }: SubjectProps) {
  const { t } = useTranslation();
  const isWhole = isSubjectWanted(wanted, subject);
  const single = types.filter(({ name }) => wanted.includes(name));
  const count = isWhole ? types.length : single.length;
  return (
    <div className={styles.subject}>
      <Checkbox
        checked={isWhole}
        indeterminate={!isWhole && single.length > 0}
        onChange={(event) => onChange(withSubject(wanted, subject, event.target.checked))}
      >
        <code>{subject}.*</code>
      </Checkbox>
      <details open={single.length > 0 || undefined}>
        <summary className={styles.count}>
          {t('webhooks.chosen', { n: count, all: types.length, subject })}
        </summary>
        <div className={styles.types}>
          {types.map(({ name, description }) => (
            <Checkbox
              key={name}
              checked={isWhole || wanted.includes(name)}
              disabled={isWhole}
              onChange={(event) => onChange(withType(wanted, name, event.target.checked))}
            >
              <code>{name}</code>
              <span className={styles.second}>{description}</span>
            </Checkbox>
          ))}
        </div>
      </details>
    </div>
  );
}
