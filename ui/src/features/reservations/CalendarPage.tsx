import { Calendar } from './Calendar';
import { OneSite } from './OneSite';

/** Bays and time: who has which bay when, and room for more. */
export default function CalendarPage() {
  return (
    <OneSite>{(site, choose) => <Calendar key={site.id} site={site} onSite={choose} />}</OneSite>
  );
}
