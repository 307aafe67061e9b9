import { useEffect, useRef, useState } from 'react';
import { answer, api } from '@/api/client';
import type { UplinkQuery } from '@/api/types';
import { type Followed, nothing, resumed, taken } from './follow';

/** How often one asks what came; the server's limit of requests leaves room for the rest of the UI. */
const ASK_MS = 2_000;
const RETRY_MS = 8_000;
const FIRST = 100;
const NEXT = 300;

type Following = Followed & {
  error: unknown;
  isPending: boolean;
  /** When the server answered last. */
  answeredAt: number;
  resume: () => void;
  retry: () => void;
};

/** Follows what comes in for as long as the page is open and in sight. What came before a message or
 * an instant stays as it is: that is asked for once. */
export function useFollow(tenantId: string, filters: UplinkQuery, isPaused: boolean): Following {
  const [followed, setFollowed] = useState<Followed>(nothing);
  const [error, setError] = useState<unknown>(null);
  const [isPending, setIsPending] = useState(true);
  const [answeredAt, setAnsweredAt] = useState(0);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const askNow = useRef<() => void>(() => undefined);
  // Another tenant or other filters are another stream.
  const asked = JSON.stringify([tenantId, filters]);

  useEffect(() => {
    const [, query] = JSON.parse(asked) as [string, UplinkQuery];
    const isBygone = Boolean(query.before || query.to);
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let after: string | undefined;
    let isAsking = false;
    setFollowed(nothing);
    setIsPending(true);
    setError(null);
    setAnsweredAt(0);

    async function ask(): Promise<void> {
      if (isAsking) return;
      isAsking = true;
      let pause: number | null = ASK_MS;
      if (!document.hidden || isBygone) {
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
          setAnsweredAt(Date.now());
          after = page.after ?? after;
          if (isBygone) pause = null;
        } catch (failure) {
          if (stop.signal.aborted) return;
          setError(failure);
          pause = RETRY_MS;
        }
        setIsPending(false);
      }
      isAsking = false;
      if (pause !== null) timer = setTimeout(() => void ask(), pause);
    }

    askNow.current = () => {
      clearTimeout(timer);
      void ask();
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [asked]);

  return {
    ...followed,
    error,
    isPending,
    answeredAt,
    resume: () => setFollowed(resumed),
    retry: () => askNow.current(),
  };
}
