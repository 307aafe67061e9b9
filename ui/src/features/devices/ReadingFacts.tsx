import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Problem } from '@/api/problem';
import type { LabelReading, Onboarding } from '@/api/types';
import { paths } from '@/app/paths';
import { Eui } from '@/components/Eui';
import { Fact, Facts } from '@/components/Facts';
import { problemDetail, useProblemText } from '@/components/problemText';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './devices.module.css';

const forms = ['tr005', 'tr005_draft2', 'tr005_draft3', 'bare'] as const;
const checksums = ['right', 'wrong', 'absent'] as const;
const tones: Record<(typeof checksums)[number], Tone> = {
  right: 'good',
  wrong: 'bad',
  absent: 'quiet',
};

/** What the server read off a code, nothing added and nothing left out, and what stands in the way. */
export function ReadingFacts({ found }: { found: Onboarding }) {
  const { t } = useTranslation();
  const { reading, hindrance } = found;
  return (
    <>
      {hindrance && <Hindrance {...hindrance} devEui={reading.dev_eui} />}
      {reading.checksum === 'wrong' && (
        <Alert
          type="warning"
          showIcon
          className={styles.alert}
          title={t('onboard.checksumWrong')}
          description={t('onboard.checksumWrongText')}
        />
      )}
      <Facts>
        <Fact label={t('onboard.form')}>
          <FormName form={reading.form} />
        </Fact>
        <Fact label="DevEUI">
          <Eui eui={reading.dev_eui} what="DevEUI" />
        </Fact>
        <Fact label="JoinEUI">
          {reading.join_eui ? <Eui eui={reading.join_eui} what="JoinEUI" /> : <Absent />}
        </Fact>
        <Fact label={t('onboard.vendor')}>
          {reading.vendor_id ? <code>{reading.vendor_id}</code> : <Absent />}
        </Fact>
        <Fact label={t('onboard.profile')}>
          {reading.profile_id ? <code>{reading.profile_id}</code> : <Absent />}
        </Fact>
        <Fact label={t('devices.serial')}>{reading.serial_number ?? <Absent />}</Fact>
        <Fact label={t('onboard.ownerToken')}>
          {reading.has_owner_token ? t('onboard.ownerTokenIn') : <Absent />}
        </Fact>
        {reading.proprietary && (
          <Fact label={t('onboard.proprietary')}>
            <code>{reading.proprietary}</code>
          </Fact>
        )}
        {reading.unread.length > 0 && (
          <Fact label={t('onboard.unread')}>
            <code>{reading.unread.join(' ')}</code>
          </Fact>
        )}
        <Fact label={t('onboard.checksum')}>
          <ChecksumTag checksum={reading.checksum} />
        </Fact>
      </Facts>
    </>
  );
}

function Absent() {
  const { t } = useTranslation();
  return <span className={styles.quiet}>{t('onboard.absent')}</span>;
}

function FormName({ form }: Pick<LabelReading, 'form'>) {
  const { t } = useTranslation();
  const known = forms.find((each) => each === form);
  return known ? t(`onboard.forms.${known}`) : form;
}

function ChecksumTag({ checksum }: Pick<LabelReading, 'checksum'>) {
  const { t } = useTranslation();
  const known = checksums.find((each) => each === checksum);
  if (!known) return checksum;
  return <StatusTag tone={tones[known]}>{t(`onboard.checksums.${known}`)}</StatusTag>;
}

type HindranceProps = { code: string; detail: string; devEui: string };

/** Why no device can be made of it. One's own device of that DevEUI is a click away. */
function Hindrance({ code, detail, devEui }: HindranceProps) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = new Problem({ status: 409, code, detail });
  return (
    <Alert
      type="error"
      showIcon
      className={styles.alert}
      title={text(problem)}
      description={
        code === 'device_taken' ? (
          <Link to={`${paths.devices()}?q=${devEui}`}>{t('onboard.lookForIt')}</Link>
        ) : (
          problemDetail(t, problem)
        )
      }
    />
  );
}
