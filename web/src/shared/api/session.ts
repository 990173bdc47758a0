/**
 * Cookies carry the session; this file keeps it fresh. Several tabs and many requests may find the access token
 * expired at once: one refresh serves them all, since a refresh token that is used twice ends the whole session.
 */
const LOCK = "om-refresh";
const REFRESHED_AT = "om-refreshed-at";
const LEEWAY_MS = 8_000;

export function csrfToken(): string | null {
  const found = /(?:^|;\s*)om_csrf=([^;]+)/.exec(document.cookie);
  return found?.[1] ? decodeURIComponent(found[1]) : null;
}

/** The readable CSRF cookie lives as long as the session: without it there is nobody to ask about. */
export function mayBeSignedIn(): boolean {
  return csrfToken() !== null;
}

function refreshedAt(): number {
  return Number(localStorage.getItem(REFRESHED_AT) ?? 0);
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
  if (response.ok) localStorage.setItem(REFRESHED_AT, String(Date.now()));
  // Only a clear "no" ends a session: a server that is away says nothing about it.
  if (response.status >= 500) throw new TypeError("the server did not answer");
  return response.ok;
}

let underWay: Promise<boolean> | null = null;

/** Make the session fresh. False: it is over. Throws when there was no answer. */
export function refreshSession(startedAt: number = Date.now()): Promise<boolean> {
  underWay ??= withLock(async () => {
    // Another tab may have done it while this one waited for the lock.
    if (refreshedAt() > startedAt - LEEWAY_MS && refreshedAt() > 0) return true;
    return refreshOnce();
  }).finally(() => {
    underWay = null;
  });
  return underWay;
}

function withLock(work: () => Promise<boolean>): Promise<boolean> {
  return "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}
