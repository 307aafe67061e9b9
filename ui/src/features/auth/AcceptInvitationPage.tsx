import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { paths } from '@/app/paths';
import { useSessionActions } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useRoleName } from '@/components/roles';
import { AcceptInvitationForm } from './AcceptInvitationForm';
import { AuthLayout } from './AuthLayout';
import styles from './AuthLayout.module.css';
import { useHashToken } from './hashToken';
import { invitationPreviewQuery } from './queries';

export default function AcceptInvitationPage() {
  const { t } = useTranslation();
  const token = useHashToken();
  const navigate = useNavigate();
  const { adopt } = useSessionActions();
  const roleName = useRoleName();
  const formats = useFormats();
  const { data: preview, error, isLoading, refetch } = useQuery(invitationPreviewQuery(token));

  return (
    <AuthLayout
      title={t('acceptInvitation.title')}
      intro={t('acceptInvitation.intro')}
      foot={<Link to={paths.login()}>{t('login.back')}</Link>}
    >
      {token === '' && (
        <Alert
          type="warning"
          showIcon
          title={t('token.missing')}
          description={t('token.missingText')}
        />
      )}
      {isLoading && <Skeleton active />}
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {preview && (
        <>
          <dl className={styles.facts}>
            <dt>{t('acceptInvitation.tenant')}</dt>
            <dd>{preview.tenant_name}</dd>
            <dt>{t('fields.email')}</dt>
            <dd>{preview.email}</dd>
            <dt>{t('fields.role')}</dt>
            <dd>{roleName(preview.role)}</dd>
            <dt>{t('acceptInvitation.until')}</dt>
            <dd>{formats.instant(preview.expires_at)}</dd>
          </dl>
          <AcceptInvitationForm
            token={token}
            preview={preview}
            onAccepted={(session) => {
              adopt(session);
              void navigate(paths.home(), { replace: true });
            }}
          />
        </>
      )}
    </AuthLayout>
  );
}
