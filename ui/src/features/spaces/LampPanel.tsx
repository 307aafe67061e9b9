import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Display } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { GatedButton } from '@/components/GatedButton';
import { ColorSign, LampSign } from '@/components/lamp/LampSign';
import { displayTones, useLampWords } from '@/components/lamp/words';
import { Age } from '@/components/Moment';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './lampPanel.module.css';
import { testDisplay } from './lampQueries';

/** The colours one tries a lamp out with. */
const TESTS = [
  { color: 'FF0000', name: 'red' },
  { color: '00FF00', name: 'green' },
  { color: '0000FF', name: 'blue' },
  { color: 'FFFFFF', name: 'white' },
] as const;
const TEST_SECONDS = 30;

/** One lamp: its three truths side by side, and a way to try it out. */
export function LampPanel({ display }: { display: Display }) {
  const { t } = useTranslation();
  const words = useLampWords();
  const { wanted, transmitted, shown, pending } = display;
  return (
    <>
      <p>
        <LampSign display={display} />{' '}
        <StatusTag tone={displayTones[display.status]}>{words.status(display.status)}</StatusTag>{' '}
        {display.behind_since && <Age at={display.behind_since} />}
      </p>
      <dl className={styles.truths}>
        <div className={styles.truth}>
          <dt>{t('lamps.wanted')}</dt>
          <dd>
            {wanted ? (
              <>
                {words.state(wanted.look)} <ColorSign color={wanted.look?.color} />
                {wanted.at && (
                  <span className={styles.second}>
                    <Age at={wanted.at} />
                  </span>
                )}
              </>
            ) : (
              t('lamps.nothingWanted')
            )}
          </dd>
        </div>
        <div className={styles.truth}>
          <dt>{t('lamps.transmitted')}</dt>
          <dd>
            {transmitted ? (
              <>
                <ColorSign color={transmitted.look?.color} />
                {transmitted.at && (
                  <span className={styles.second}>
                    <Age at={transmitted.at} />
                  </span>
                )}
              </>
            ) : (
              t('lamps.neverTold')
            )}
          </dd>
        </div>
        <div className={styles.truth}>
          <dt>{t('lamps.shown')}</dt>
          <dd>
            {shown ? (
              <>
                {shown.color ? <ColorSign color={shown.color} /> : <code>{shown.byte}</code>}
                <span className={styles.second}>
                  {shown.agrees === false && t('lamps.differs')} <Age at={shown.at} />
                </span>
              </>
            ) : (
              t('lamps.neverSaid')
            )}
          </dd>
        </div>
      </dl>
      {pending && (
        <p>
          {t('lamps.onItsWay')} {words.downlink(pending.status)}
        </p>
      )}
      <Link to={paths.downlinks({ device: display.id })}>{t('lamps.commands')}</Link>
      <LampTest display={display} />
    </>
  );
}

/** Has a lamp show a colour for a while; it then shows again what it should. */
function LampTest({ display }: { display: Display }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('displays:test');
  const toast = useToast();
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const test = useMutation({
    mutationFn: testDisplay,
    onSuccess: () => {
      toast.done(t('lamps.testing', { count: TEST_SECONDS }));
      return queryClient.invalidateQueries({ queryKey: [tenantId, 'displays'] });
    },
    onError: toast.failed,
  });
  return (
    <fieldset className={styles.test} aria-label={t('lamps.test')}>
      <span>{t('lamps.test')}</span>
      {TESTS.map(({ color, name }) => (
        <GatedButton
          key={color}
          size="small"
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          loading={test.isPending}
          icon={<span className={styles.patch} style={{ background: `#${color}` }} />}
          onClick={() => test.mutate({ id: display.id, color, seconds: TEST_SECONDS })}
        >
          {t(`lamps.colors.${name}`)}
        </GatedButton>
      ))}
    </fieldset>
  );
}
