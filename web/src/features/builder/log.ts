/** The log of a game: what came in and what was refused, newest first. */

export interface LoggedEvent {
  readonly id: number;
  readonly user_id: number;
  readonly event_type: string;
  readonly amount: number;
  readonly points: number;
  readonly at: string;
}

export interface LoggedRefusal {
  readonly id: number;
  readonly at: string;
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface AppLog {
  readonly events: readonly LoggedEvent[];
  readonly refusals: readonly LoggedRefusal[];
}

export type LogLine =
  | { readonly kind: "event"; readonly key: string; readonly at: string; readonly event: LoggedEvent }
  | { readonly kind: "refusal"; readonly key: string; readonly at: string; readonly refusal: LoggedRefusal };

export type LogFilter = "all" | "events" | "refusals";

export function lines(log: AppLog, filter: LogFilter): LogLine[] {
  const events: LogLine[] = log.events.map((event) => ({ kind: "event", key: `e${event.id}`, at: event.at, event }));
  const refusals: LogLine[] = log.refusals.map((refusal) => ({
    kind: "refusal",
    key: `r${refusal.id}`,
    at: refusal.at,
    refusal,
  }));
  const shown = filter === "events" ? events : filter === "refusals" ? refusals : [...events, ...refusals];
  return shown.sort((a, b) => b.at.localeCompare(a.at) || b.key.localeCompare(a.key, undefined, { numeric: true }));
}
