/** The picture of a level, fetched as a signed-in caller may and shown from memory. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { BLANK, type Size, unitsOf } from './geometry';

type Picture = { blob: Blob; size: Size };

/** Pictures are large and change seldom; whoever changes one says so. */
const PICTURE_FRESH_MS = 5 * 60_000;

export const planPictureQuery = (tenantId: string, levelId: string) =>
  queryOptions({
    queryKey: [tenantId, 'plan-pictures', levelId],
    queryFn: async (): Promise<Picture> => {
      const blob = await answer(
        api.GET('/api/v6/levels/{id}/plan', {
          params: { path: { id: levelId } },
          parseAs: 'blob',
        }),
      );
      return { blob: blob as Blob, size: unitsOf(await pixelsOf(blob as Blob)) };
    },
    staleTime: PICTURE_FRESH_MS,
  });

/** As many pixels as the browser finds in it. */
async function pixelsOf(blob: Blob): Promise<Size> {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

export type Sheet = {
  /** What one draws on, in units; null while that is not known yet. */
  size: Size | null;
  url: string | null;
  error: unknown;
  retry: () => void;
};

/** What the bays of a level are drawn on: its picture, or a blank sheet. */
export function useSheet(
  tenantId: string,
  level: { id: string; has_plan: boolean } | undefined,
): Sheet {
  const query = useQuery({
    ...planPictureQuery(tenantId, level?.id ?? ''),
    enabled: level?.has_plan === true,
  });
  const blob = level?.has_plan ? query.data?.blob : undefined;
  const [url, setUrl] = useState<string | null>(null);

  // The address of something in memory must be given back to the browser.
  useEffect(() => {
    if (!blob) {
      setUrl(null);
      return;
    }
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);

  // No picture any more since the levels were read: the outlines are still there to be seen.
  const isGone = query.error !== null && asProblem(query.error).status === 404;
  const isBlank = level !== undefined && (!level.has_plan || isGone);
  const found = isBlank ? BLANK : level && (query.data?.size ?? (query.error ? BLANK : null));
  // While a first picture comes one goes on drawing on what one drew on.
  const [last, setLast] = useState<{ levelId: string; size: Size } | null>(null);
  if (level && found && (last?.levelId !== level.id || last.size !== found)) {
    setLast({ levelId: level.id, size: found });
  }
  const before = last && last.levelId === level?.id ? last.size : null;
  return {
    size: found ?? before,
    url: isBlank ? null : url,
    error: isBlank ? null : query.error,
    retry: () => void query.refetch(),
  };
}
