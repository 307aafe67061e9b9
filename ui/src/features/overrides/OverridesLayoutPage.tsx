import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { paths } from '@/app/paths';
import { PageHeader } from '@/components/PageHeader';
import { TabLinks } from '@/components/TabLinks';

/** What takes bays out of use: one by one, and together for a while. */
export default function OverridesLayoutPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('overrides.title')} intro={t('overrides.intro')} />
      <TabLinks
        label={t('overrides.title')}
        tabs={[
          { to: paths.overrides(), label: t('overrides.tab') },
          { to: paths.closures(), label: t('closures.tab') },
        ]}
      />
      <Outlet />
    </>
  );
}
