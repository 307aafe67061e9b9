import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ChirpStackRun } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './chirpstack.module.css';
import { runsQuery } from './queries';

type Outcome = 'waiting' | 'running' | 'failed' | 'done';

const tones: Record<Outcome, Tone> = {
  waiting: 'waiting',
  running: 'waiting',
  failed: 'bad',
  done: 'good',
};

function outcomeOf({ began_at, ended_at, error }: ChirpStackRun): Outcome {
  if (!ended_at) return began_at ? 'running' : 'waiting';
  return error ? 'failed' : 'done';
}

/** The last times both sides were compared. */
export function Runs() {
  const { t } = useTranslation();
  const query = useQuery(runsQuery(useTenantId()));
  return (
    <Panel title={t('chirpstack.history')}>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      <ul className={styles.runs}>
        {query.data?.runs.map((run) => (
          <Run key={run.id} run={run} />
        ))}
      </ul>
      {query.data?.runs.length === 0 && <p>{t('chirpstack.noRuns')}</p>}
    </Panel>
  );
}

function Run({ run }: { run: ChirpStackRun }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const outcome = outcomeOf(run);
  const counts = run.counts as Record<string, number | undefined>;
  const count = (name: string) => formats.number(counts[name] ?? 0);
  return (
    <li className={styles.run}>
      <StatusTag tone={tones[outcome]}>{t(`chirpstack.outcomes.${outcome}`)}</StatusTag>
      <span>
        {[
          formats.precise(run.asked_at),
          run.asked_by ?? t('chirpstack.bySchedule'),
          run.is_dry && t('chirpstack.dry'),
        ]
          .filter(Boolean)
          .join(', ')}
      </span>
      {outcome === 'done' && (
        <span className={styles.second}>
          {t('chirpstack.runCounts', {
            here: count('here'),
            there: count('there'),
            differs: count('differs'),
            done: count('done'),
            failed: count('failed'),
          })}
        </span>
      )}
      {outcome === 'done' && (counts.unknown ?? 0) > 0 && (
        <span className={styles.second}>
          {t('chirpstack.runUnknown', { unknown: count('unknown') })}
        </span>
      )}
      {run.error && <span className={styles.second}>{run.error}</span>}
    </li>
  );
}
