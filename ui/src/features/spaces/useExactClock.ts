import { useFormats } from '@/components/format';

/** Says an instant by the clocks of a site, once it is known where that is. */
export function useExactClock(zone: string | undefined): (at: string | number | Date) => string {
  const formats = useFormats();
  return (at) => (zone ? formats.exactIn(zone, at) : formats.exactClock(at));
}
