import createClient from "openapi-fetch";
import { language } from "../i18n/i18n";
import { errorOf, offlineError } from "./errors";
import type { paths } from "./schema";
import { csrfToken, isStale, mayBeSignedIn, refreshSession } from "./session";

const TIMEOUT_MS = 15_000;
/** A dry run counts for up to 30 s before it becomes a job. */
const LONG_TIMEOUT_MS = 40_000;
const LONG = /\/rules\/dry-run$/;
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
/** Their 401 says "wrong password", not "your session is old". */
const OWN_401 = /\/auth\/(login|refresh|register|confirm|password)/;

/** A request must be made anew for a second try: its body is read once, and the CSRF cookie may have changed. */
function dress(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set("Accept-Language", language());
  const token = csrfToken();
  if (token && !SAFE.has(request.method)) headers.set("X-CSRF-Token", token);
  const patience = LONG.test(new URL(request.url).pathname) ? LONG_TIMEOUT_MS : TIMEOUT_MS;
  return new Request(request, { headers, signal: AbortSignal.any([request.signal, AbortSignal.timeout(patience)]) });
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(dress(request));
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw offlineError(cause);
  }
}

/** `fetch` with our cookies, language and CSRF header; an expired session is refreshed once and the call repeated. */
export async function sessionFetch(request: Request): Promise<Response> {
  const startedAt = Date.now();
  const isOwn = OWN_401.test(new URL(request.url).pathname);
  // Pages that anybody may read would answer an old token as a stranger, without a 401 to notice.
  if (isStale() && !isOwn) await freshen(startedAt);
  const spare = request.clone();
  const response = await send(request);
  if (response.status !== 401 || isOwn || !mayBeSignedIn()) return response;
  return (await freshen(startedAt)) ? send(spare) : response;
}

async function freshen(startedAt: number): Promise<boolean> {
  try {
    return await refreshSession(startedAt);
  } catch (cause) {
    throw offlineError(cause);
  }
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: sessionFetch,
});

/**
 * The data of an answer, or an ApiError thrown: `await unwrap(api.GET("/api/v1/me"))`.
 * 204 answers give undefined.
 */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorOf(response, error);
  return data as T;
}
