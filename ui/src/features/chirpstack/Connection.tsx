import { Select, Switch } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChirpStackOverview, ChirpStackWishes } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './chirpstack.module.css';
import { useSettle } from './queries';

type Props = { overview: ChirpStackOverview; etag: string | null };
type Condition = 'absent' | 'unasked' | 'resting' | 'answering' | 'silent';

const tones: Record<Condition, Tone> = {
  absent: 'quiet',
  unasked: 'waiting',
  resting: 'bad',
  answering: 'good',
  silent: 'bad',
};

function conditionOf(overview: ChirpStackOverview): Condition {
  if (!overview.is_configured) return 'absent';
  if (overview.is_resting) return 'resting';
  if (typeof overview.is_answering !== 'boolean') return 'unasked';
  return overview.is_answering ? 'answering' : 'silent';
}

/** Whether ChirpStack answers, which part of it is the tenant's, and how both sides compare. */
export function Connection({ overview, etag }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const condition = conditionOf(overview);
  const { part, counts } = overview;
  return (
    <Panel title={t('chirpstack.connection')}>
      <Facts>
        <Fact label={t('fields.status')}>
          <StatusTag tone={tones[condition]}>{t(`chirpstack.conditions.${condition}`)}</StatusTag>
          {condition !== 'answering' && overview.last_error && (
            <span className={styles.second}>{overview.last_error}</span>
          )}
        </Fact>
        {typeof overview.last_answer_ms === 'number' && (
          <Fact label={t('chirpstack.lastAnswer')}>
            {t('chirpstack.milliseconds', { formatted: formats.number(overview.last_answer_ms) })}
          </Fact>
        )}
        {part && (
          <>
            <Fact label={t('chirpstack.part')}>
              {part.tenant_name}
              <span className={styles.second}>{part.application_name}</span>
            </Fact>
            <Fact label={t('chirpstack.compared')}>
              {t('chirpstack.counts', {
                same: formats.number(counts.same),
                here: formats.number(counts.here),
                there: formats.number(counts.there),
                differs: formats.number(counts.differs),
              })}
            </Fact>
          </>
        )}
      </Facts>
      {part && <Wishes part={part} etag={etag} />}
    </Panel>
  );
}

function Wishes({
  part,
  etag,
}: {
  part: NonNullable<ChirpStackOverview['part']>;
  etag: string | null;
}) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  const toast = useToast();
  const settle = useSettle();
  const [givesId, aId, cId] = [useId(), useId(), useId()];
  const save = (body: ChirpStackWishes) =>
    settle.mutate(
      { etag, body },
      { onSuccess: () => toast.done(t('chirpstack.saved')), onError: toast.failed },
    );
  const profiles = part.profiles.map(({ id, name }) => ({ value: id, label: name }));
  const common = {
    allowClear: true,
    disabled: refusal !== null,
    options: profiles,
    className: styles.choice ?? '',
    placeholder: t('chirpstack.firstThatFits'),
  };
  return (
    <div className={styles.wishes}>
      <div className={styles.wish}>
        <Switch
          id={givesId}
          checked={part.gives}
          disabled={refusal !== null}
          loading={settle.isPending}
          onChange={(gives) => save({ gives })}
        />
        <label htmlFor={givesId}>
          {t('chirpstack.gives')}
          <span className={styles.second}>{refusal ?? t('chirpstack.givesHint')}</span>
        </label>
      </div>
      <label htmlFor={aId}>
        {t('chirpstack.profileA')}
        <Select
          {...common}
          id={aId}
          value={part.profile_a ?? null}
          onChange={(profile) => save({ profile_a: profile ?? null })}
        />
      </label>
      <label htmlFor={cId}>
        {t('chirpstack.profileC')}
        <Select
          {...common}
          id={cId}
          value={part.profile_c ?? null}
          onChange={(profile) => save({ profile_c: profile ?? null })}
        />
      </label>
    </div>
  );
}
