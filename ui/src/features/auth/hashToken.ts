import { useLocation } from 'react-router';

/** Links in mails carry their token behind `#`, where no server log and no referrer sees it. */
function readHashToken(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

export function useHashToken(): string {
  return readHashToken(useLocation().hash);
}
