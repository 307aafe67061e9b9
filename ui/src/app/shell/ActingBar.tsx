import { App, Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { asProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { useNow } from '@/components/now';
import { useProblemText } from '@/components/problemText';
import { paths } from '../paths';
import { useSessionActions } from '../session/useSession';
import styles from './bars.module.css';

function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Road works: impossible to overlook that one stands in somebody else's tenant. */
export function ActingBar({ me, acting }: { me: Me; acting: NonNullable<Me['acting']> }) {
  const { t } = useTranslation();
  const { switchBack } = useSessionActions();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const now = useNow();
  const [isLeaving, setIsLeaving] = useState(false);
  const hasEnded = useRef(false);
  const left = Date.parse(acting.expires_at) - now;

  async function leave() {
    setIsLeaving(true);
    try {
      await switchBack();
      await navigate(paths.home());
    } catch (error) {
      void message.error(problemText(asProblem(error)));
      setIsLeaving(false);
    }
  }

  // Time, not a click, ends the visit: the server refuses from then on, so this page must go too.
  useEffect(() => {
    if (left > 0 || hasEnded.current) return;
    hasEnded.current = true;
    void message.info(t('acting.ended', { tenant: me.tenant.name }));
    void switchBack().then(
      () => navigate(paths.home()),
      () => undefined,
    );
  }, [left, me.tenant.name, message, navigate, switchBack, t]);

  return (
    <section className={styles.acting} aria-label={t('acting.label')}>
      <div className={styles.sign}>
        <strong>{t('acting.title', { tenant: me.tenant.name })}</strong>
        <span className={styles.reason} title={acting.reason}>
          {acting.reason}
        </span>
        <span className={styles.buttons}>
          <span role="timer" aria-label={t('acting.timeLeft')} className={styles.timer}>
            {minutesAndSeconds(left)}
          </span>
          <Button size="small" onClick={() => void leave()} loading={isLeaving}>
            {t('acting.leave')}
          </Button>
        </span>
      </div>
    </section>
  );
}
