import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate } from 'react-router';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined, QrcodeOutlined } from '@/components/icons';
import { PageHeader } from '@/components/PageHeader';
import { TabLinks } from '@/components/TabLinks';

/** Devices, those heard of that nobody has claimed, and what devices can be. */
export default function DevicesLayoutPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('devices:manage');
  const gate = { isAllowed: refusal === null, reason: refusal ?? '' };
  return (
    <>
      <PageHeader
        title={t('devices.title')}
        intro={t('devices.intro')}
        actions={
          <>
            <GatedButton
              {...gate}
              icon={<PlusOutlined />}
              onClick={() => void navigate(paths.devices({ create: true }))}
            >
              {t('devices.create')}
            </GatedButton>
            <GatedButton
              {...gate}
              type="primary"
              icon={<QrcodeOutlined />}
              onClick={() => void navigate(paths.onboarding())}
            >
              {t('onboard.title')}
            </GatedButton>
          </>
        }
      />
      <TabLinks
        label={t('devices.tabs')}
        tabs={[
          { to: paths.devices(), label: t('devices.all') },
          { to: paths.orphans(), label: t('devices.unclaimed') },
          { to: paths.deviceModels(), label: t('models.tab') },
        ]}
      />
      <Outlet />
    </>
  );
}
