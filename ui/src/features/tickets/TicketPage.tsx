import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { asProblem } from '@/api/problem';
import { LanguagePicker } from '@/app/session/LanguagePicker';
import { DataAge } from '@/components/DataAge';
import { Logo } from '@/components/Logo';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ticketQuery } from './queries';
import { TicketView } from './TicketView';
import styles from './ticket.module.css';

/** What whoever was given the link sees of their reservation; no account is asked for. */
export default function TicketPage() {
  const { t } = useTranslation();
  // Behind `#`, where no server log and no referrer sees it.
  const token = useLocation().hash.slice(1);
  const query = useQuery(ticketQuery(token));
  const ticket = query.data;
  const isWrong = token === '' || (query.error && asProblem(query.error).status === 404);
  const isAway = query.isRefetchError && asProblem(query.error).isTransient;
  return (
    <div className={styles.layout}>
      <header className={styles.brand}>
        <Logo size={32} />
        <span>{t('app.name')}</span>
      </header>
      <main className={styles.main}>
        <div className={styles.card}>
          <PageHeader title={t('tickets.title')} />
          {isWrong ? (
            <Alert
              type="warning"
              showIcon
              title={t('tickets.wrong')}
              description={t('tickets.wrongText')}
            />
          ) : (
            <>
              {isAway && (
                <Alert
                  type="warning"
                  showIcon
                  title={t('tickets.offline')}
                  description={t('tickets.offlineText')}
                />
              )}
              {query.error && !isAway && (
                <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
              )}
              {query.isLoading && <Skeleton active />}
              {ticket && (
                <TicketView token={token} ticket={ticket} age={<DataAge query={query} />} />
              )}
            </>
          )}
        </div>
        <LanguagePicker />
      </main>
    </div>
  );
}
