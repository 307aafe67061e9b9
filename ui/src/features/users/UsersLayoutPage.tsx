import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate } from 'react-router';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { GatedButton } from '@/components/GatedButton';
import { UserAddOutlined } from '@/components/icons';
import { PageHeader } from '@/components/PageHeader';
import { TabLinks } from '@/components/TabLinks';

export default function UsersLayoutPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayInvite = useCan('users:manage');
  return (
    <>
      <PageHeader
        title={t('users.title')}
        intro={t('users.intro')}
        actions={
          <GatedButton
            type="primary"
            icon={<UserAddOutlined />}
            isAllowed={mayInvite}
            reason={t('users.refusals.notAllowed')}
            onClick={() => void navigate(paths.invitations({ invite: true }))}
          >
            {t('users.invite')}
          </GatedButton>
        }
      />
      <TabLinks
        label={t('users.tabs')}
        tabs={[
          { to: paths.users(), label: t('users.members') },
          { to: paths.invitations(), label: t('users.invitations') },
        ]}
      />
      <Outlet />
    </>
  );
}
