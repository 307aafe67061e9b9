import { useEffect, useRef, useState } from 'react';
import { answer, api } from '@/api/client';
import type { UplinkQuery } from '@/api/types';
import { type Followed, nothing, resumed, taken } from './follow';

/** How often one asks what came; the server's limit of requests leaves room for the rest of the UI. */
const ASK_MS = 2_000;
const RETRY_MS = 8_000;
const FIRST = 100;
const NEXT = 300;

type Following = Followed & { error: unknown; isPending: boolean; resume: () => void };

/** Follows what comes in for as long as the page is open and in sight. */
export function useFollow(tenantId: string, filters: UplinkQuery, isPaused: boolean): Following {
  const [followed, setFollowed] = useState<Followed>(nothing);
  const [error, setError] = useState<unknown>(null);
  const [isPending, setIsPending] = useState(true);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  // Another tenant or other filters are another stream.
  const asked = JSON.stringify([tenantId, filters]);

  useEffect(() => {
    const [, query] = JSON.parse(asked) as [string, UplinkQuery];
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setFollowed(nothing);
    setIsPending(true);
    setError(null);

    async function ask(after: string | undefined): Promise<void> {
      let [next, pause] = [after, ASK_MS];
      if (!document.hidden) {
        try {
          const page = await answer(
            api.GET('/api/v6/uplinks', {
              params: {
                query: { ...query, limit: after ? NEXT : FIRST, ...(after ? { after } : {}) },
              },
              signal: stop.signal,
            }),
          );
          if (stop.signal.aborted) return;
          setFollowed((state) => taken(state, page, paused.current));
          setError(null);
          setIsPending(false);
          next = page.after ?? after;
        } catch (failure) {
          if (stop.signal.aborted) return;
          setError(failure);
          setIsPending(false);
          pause = RETRY_MS;
        }
      }
      timer = setTimeout(() => void ask(next), pause);
    }

    void ask(undefined);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [asked]);

  return { ...followed, error, isPending, resume: () => setFollowed(resumed) };
}
