import { Alert } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { deviceTitle } from '@/components/devices';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { CodeEntry } from './CodeEntry';
import styles from './devices.module.css';
import { OnboardForm, type OnboardValues } from './OnboardForm';
import { useOnboard } from './queries';
import { Reach } from './Reach';
import { ReadingFacts } from './ReadingFacts';

/** From the code on a label to the device, one after the other, as they come out of the carton. */
export default function OnboardPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  const back = <Link to={paths.devices()}>{t('devices.back')}</Link>;
  return (
    <>
      <PageHeader title={t('onboard.title')} intro={back} />
      {refusal ? <Alert type="info" showIcon title={refusal} /> : <Onboarding />}
    </>
  );
}

function Onboarding() {
  const { t } = useTranslation();
  const trial = useOnboard();
  const [code, setCode] = useState('');
  const [made, setMade] = useState<Device[]>([]);
  /** What the last one was, because the next one is mostly of the same carton. */
  const [usual, setUsual] = useState<Partial<OnboardValues>>({});
  const entry = useRef<HTMLTextAreaElement>(null);
  const found = trial.data;

  function read(text: string) {
    setCode(text);
    trial.reset();
    if (text.trim()) trial.mutate({ code: text, dry_run: true });
  }

  function startAgain() {
    setCode('');
    trial.reset();
    entry.current?.focus();
  }

  return (
    <div className={styles.onboard}>
      <div className={styles.stack}>
        <Panel title={t('onboard.step1')} intro={t('onboard.step1Intro')}>
          <CodeEntry
            fieldRef={entry}
            code={code}
            isReading={trial.isPending}
            onType={(text) => {
              setCode(text);
              trial.reset();
            }}
            onCode={read}
          />
          {trial.error && <ProblemAlert error={trial.error} onRetry={() => read(code)} />}
        </Panel>
        {made.length > 0 && <Made devices={made} />}
      </div>
      <div className={styles.stack} aria-live="polite">
        {found ? (
          <>
            <Panel title={t('onboard.step2')}>
              <ReadingFacts found={found} />
            </Panel>
            {!found.hindrance && (
              <Panel title={t('onboard.step3')} intro={t('onboard.step3Intro')}>
                <OnboardForm
                  // A fresh form for each code.
                  key={code}
                  code={code}
                  usual={usual}
                  onMade={(device, values) => {
                    setMade((before) => [device, ...before]);
                    setUsual({ model: values.model, site_id: values.site_id });
                    startAgain();
                  }}
                  onCancel={startAgain}
                />
              </Panel>
            )}
          </>
        ) : (
          <Panel title={t('onboard.step2')}>
            <p className={styles.hint}>{t('onboard.nothingRead')}</p>
          </Panel>
        )}
      </div>
    </div>
  );
}

/** What was added since one came here. */
function Made({ devices }: { devices: Device[] }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('onboard.made')}>
      <ul className={styles.made}>
        {devices.map((device) => (
          <li key={device.id}>
            <Link to={paths.device(device.id)} className={styles.link}>
              {deviceTitle(device)}
            </Link>
            <span className={styles.quiet}>
              {device.space_code
                ? t('onboard.madeServes', { code: device.space_code })
                : t('devices.serves.none')}
            </span>
            <Reach deviceId={device.id} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
