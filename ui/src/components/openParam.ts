import { useSearchParams } from 'react-router';

/** A dialog or drawer that is open because the URL says so: linkable, and closed by "back". */
export function useOpenParam(name: string): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  function set(value: string | null) {
    setParams((current) => {
      const next = new URLSearchParams(current);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    });
  }
  return [params.get(name), set];
}
