/**
 * Cookies carry the session; this file keeps it fresh. Several tabs and many requests may find the access token
 * expired at once: one refresh serves them all, since a refresh token that is used twice ends the whole session.
 */
const LOCK = "om-refresh";
const REFRESHED_AT = "om-refreshed-at";
const FRESH_UNTIL = "om-fresh-until";
const LEEWAY_MS = 8_000;
/** Refresh a little before the end, so that clocks may differ. */
const EARLY_MS = 20_000;

export function csrfToken(): string | null {
  const found = /(?:^|;\s*)om_csrf=([^;]+)/.exec(document.cookie);
  return found?.[1] ? decodeURIComponent(found[1]) : null;
}

/** The readable CSRF cookie lives as long as the session: without it there is nobody to ask about. */
export function mayBeSignedIn(): boolean {
  return csrfToken() !== null;
}

function remembered(key: string): number {
  try {
    return Number(localStorage.getItem(key) ?? 0);
  } catch {
    return 0;
  }
}

/** Note until when the access token serves; `expiresIn` in seconds, from sign-in and refresh. */
export function markFresh(expiresIn: number): void {
  try {
    localStorage.setItem(REFRESHED_AT, String(Date.now()));
    localStorage.setItem(FRESH_UNTIL, String(Date.now() + expiresIn * 1_000 - EARLY_MS));
  } catch {
    // Without storage the 401 of an old token still leads to a refresh.
  }
}

/** Whether the access token is known to be past its time. */
export function isStale(): boolean {
  const until = remembered(FRESH_UNTIL);
  return until > 0 && Date.now() > until && mayBeSignedIn();
}

async function refreshOnce(): Promise<boolean> {
  const token = csrfToken();
  if (!token) return false;
  const response = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: "{}",
    signal: AbortSignal.timeout(15_000),
  });
  if (response.ok) {
    const answer = (await response.json()) as { expires_in?: number };
    markFresh(answer.expires_in ?? 0);
  }
  // Only a clear "no" ends a session: a server that is away says nothing about it.
  if (response.status >= 500) throw new TypeError("the server did not answer");
  return response.ok;
}

let underWay: Promise<boolean> | null = null;

/** Make the session fresh. False: it is over. Throws when there was no answer. */
export function refreshSession(startedAt: number = Date.now()): Promise<boolean> {
  underWay ??= withLock(async () => {
    // Another tab may have done it while this one waited for the lock.
    if (remembered(REFRESHED_AT) > startedAt - LEEWAY_MS) return true;
    return refreshOnce();
  }).finally(() => {
    underWay = null;
  });
  return underWay;
}

function withLock(work: () => Promise<boolean>): Promise<boolean> {
  return "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}
