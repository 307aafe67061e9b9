import { SpacesView } from './SpacesView';

export default function SpacesPage() {
  return <SpacesView />;
}
