import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DeviceModel, LampCodes } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { spaceStateNames, useBayWords } from '@/components/bays';
import { Fact, Facts } from '@/components/Facts';
import { Every } from '@/components/Health';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SpaceStateMark } from '@/components/SpaceStateTag';
import styles from './models.module.css';
import { modelQuery } from './queries';
import { useModelWords } from './useModelWords';

type Props = { modelId: string | null; onClose: () => void };

/** One model, with all that is known of it. */
export function ModelDrawer({ modelId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(modelQuery(useTenantId(), modelId ?? ''));
  const model = query.data?.model;
  return (
    <Drawer
      open={modelId !== null}
      onClose={onClose}
      destroyOnHidden
      size="min(560px, 100vw)"
      title={model ? `${model.vendor} ${model.name}` : t('devices.model')}
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isLoading && <Skeleton active />}
      {model && (
        <div className={styles.details}>
          <ModelFacts model={model} />
          {model.lamp_codes && <Codes codes={model.lamp_codes} />}
          <Link to={`${paths.devices()}?model=${encodeURIComponent(model.id)}`}>
            {t('models.toDevices')}
          </Link>
        </div>
      )}
    </Drawer>
  );
}

function ModelFacts({ model }: { model: DeviceModel }) {
  const { t } = useTranslation();
  const words = useModelWords();
  const ports = (numbers: number[]) => (numbers.length > 0 ? numbers.join(', ') : '–');
  return (
    <Facts>
      <Fact label={t('models.vendor')}>{model.vendor}</Fact>
      <Fact label={t('fields.name')}>{model.name}</Fact>
      <Fact label={t('models.use')}>{words.use(model)}</Fact>
      <Fact label={t('models.abilities')}>{words.abilities(model).join(', ') || '–'}</Fact>
      <Fact label={t('models.class')}>
        {t('models.classLetter', { letter: model.class })}
        <span className={styles.second}>
          {model.class === 'C' ? t('models.classC') : t('models.classA')}
        </span>
      </Fact>
      <Fact label={t('devices.heartbeat')}>
        <Every seconds={model.heartbeat_seconds} />
      </Fact>
      <Fact label={t('devices.battery')}>
        {model.has_battery ? t('models.battery') : t('models.mains')}
      </Fact>
      <Fact label={t('models.portsUp')}>{ports(model.ports_up)}</Fact>
      <Fact label={t('models.portsDown')}>{ports(model.ports_down)}</Fact>
      <Fact label={t('models.codec')}>
        <code>{model.codec}</code>
      </Fact>
      <Fact label={t('models.slug')}>
        <code>{model.slug}</code>
      </Fact>
      {model.based_on && (
        <Fact label={t('models.basedOn')}>
          <code>{model.based_on}</code>
        </Fact>
      )}
      {model.tenant_name && <Fact label={t('estate.tenant')}>{model.tenant_name}</Fact>}
      {model.notes && (
        <Fact label={t('spaces.notes')}>
          <span className={styles.notes}>{model.notes}</span>
        </Fact>
      )}
    </Facts>
  );
}

/** What is sent to the lamp for each state of its bay. */
function Codes({ codes }: { codes: LampCodes }) {
  const { t } = useTranslation();
  const words = useBayWords();
  return (
    <section>
      <h2 className={styles.title}>{t('models.lampCodes')}</h2>
      <dl className={styles.codes}>
        {spaceStateNames.map((state) => (
          <div key={state}>
            <dt>
              <SpaceStateMark state={state} /> {words.state(state)}
            </dt>
            <dd>{codes[state] ? <code>{codes[state]}</code> : '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
