import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '@/api/client';
import { paths } from '@/app/paths';
import { ProblemAlert } from '@/components/ProblemAlert';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { useHashToken } from './hashToken';

/** One press confirms: opening the link alone must not, because mail scanners open links too. */
export default function VerifyEmailPage() {
  const { t } = useTranslation();
  const token = useHashToken();
  const queryClient = useQueryClient();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => api.POST('/api/auth/verify-email', { body: { token } }),
    onSuccess: () =>
      queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === 'me' }),
  });

  return (
    <AuthLayout
      title={t('verifyEmail.title')}
      intro={t('verifyEmail.intro')}
      foot={<Link to={paths.home()}>{t('verifyEmail.toApp')}</Link>}
    >
      {token === '' && (
        <Alert
          type="warning"
          showIcon
          title={t('token.missing')}
          description={t('token.missingText')}
        />
      )}
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} />
        </div>
      )}
      {isSuccess && <Alert type="success" showIcon title={t('verifyEmail.done')} />}
      {token !== '' && !isSuccess && (
        <Button type="primary" size="large" block loading={isPending} onClick={() => mutate()}>
          {t('verifyEmail.submit')}
        </Button>
      )}
    </AuthLayout>
  );
}
