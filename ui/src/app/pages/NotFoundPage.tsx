import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { paths } from '../paths';
import { StatePage } from './StatePage';

export default function NotFoundPage() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <StatePage title={t('notFound.title')}>
      <p>{t('notFound.text')}</p>
      <p>
        <code>{pathname}</code>
      </p>
      <Link to={paths.home()}>{t('common.toHome')}</Link>
    </StatePage>
  );
}
