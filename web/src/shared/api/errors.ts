import { hasText, translate } from "../i18n/i18n";

/** What a refused or failed call says: problem+json of the server, or one of our own `web.*` codes. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Stable code: `accounts.wrong_password`, `web.offline`. */
    readonly code: string,
    /** The server's sentence in the caller's language, if it sent one. */
    readonly detail: string | null,
    readonly params: Readonly<Record<string, unknown>>,
    /** Seconds to wait before another try, if the server named them. */
    readonly retryAfter: number | null,
    /** Request id, to be read out to the operator. */
    readonly trace: string | null,
  ) {
    super(detail ?? code);
  }

  /** No answer, or an answer that another try may change. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface Problem {
  code?: unknown;
  detail?: unknown;
  params?: unknown;
}

/** `body` is the parsed answer; a proxy's page or an empty body is anything else, and then the status alone speaks. */
export function errorOf(response: Response, body: unknown): ApiError {
  const problem: Problem = body && typeof body === "object" ? body : {};
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    typeof problem.code === "string" ? problem.code : `web.status_${Math.floor(response.status / 100)}xx`,
    typeof problem.detail === "string" ? problem.detail : null,
    problem.params && typeof problem.params === "object" ? (problem.params as Record<string, unknown>) : {},
    Number.isFinite(wait) && wait > 0 ? wait : null,
    response.headers.get("X-Request-Id"),
  );
}

export function offlineError(cause: unknown): ApiError {
  const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
  return new ApiError(0, timedOut ? "web.timeout" : "web.offline", null, {}, null, null);
}

/**
 * The sentence to show: our own text for the code, else the server's sentence, else one by kind.
 * Codes keep their dots: `errors.accounts.wrong_password` is read as a path in the JSON.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return translate("common", "errors.web.unknown");
  const key = `errors.${error.code}`;
  if (hasText("common", key))
    return translate("common", key, { ...error.params, count: error.retryAfter ?? undefined });
  return error.detail ?? translate("common", error.isPassing ? "errors.web.status_5xx" : "errors.web.status_4xx");
}

/** The field a refusal is about, when it names one (`email`, `username`, `password`…). */
export function errorField(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  const field = error.params.field;
  return typeof field === "string" ? (field.split(".").at(-1) ?? field) : null;
}
