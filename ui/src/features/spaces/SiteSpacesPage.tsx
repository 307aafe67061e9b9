import { useParams } from 'react-router';
import { SpacesView } from './SpacesView';

/** The bays of one site, as a part of its page. */
export default function SiteSpacesPage() {
  const { siteId = '' } = useParams();
  return <SpacesView key={siteId} siteId={siteId} />;
}
