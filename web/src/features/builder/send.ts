import { language } from "@/shared/i18n/i18n";
import type { Details } from "./details";

export interface Trial {
  readonly key: string;
  readonly userId: number;
  readonly eventType: string;
  readonly details: Details | null;
  readonly eventId: string;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: unknown;
}

export interface Exchange {
  readonly trial: Trial;
  readonly method: "POST";
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** null: no answer came. */
  readonly answer: Answer | null;
  readonly ms: number;
}

const SHOWN_HEADERS = ["content-type", "retry-after", "x-request-id", "live-versions"] as const;

/** Send an event exactly as a game would: its key in a header, none of our cookies. */
export async function sendTrial(host: string, trial: Trial): Promise<Exchange> {
  const url = `${host}/api/v1/event/`;
  const body = JSON.stringify(
    {
      user_id: trial.userId,
      event_type: trial.eventType,
      details: trial.details,
      event_id: trial.eventId,
    },
    null,
    2,
  );
  const headers = [
    ["X-API-Key", trial.key],
    ["Content-Type", "application/json"],
    ["Accept-Language", language()],
  ] as const;
  const startedAt = performance.now();
  const answer = await fetch(url, {
    method: "POST",
    credentials: "omit",
    headers: Object.fromEntries(headers),
    body,
    signal: AbortSignal.timeout(15_000),
  }).then(read, () => null);
  return { trial, method: "POST", url, headers, body, answer, ms: Math.round(performance.now() - startedAt) };
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    statusText: response.statusText,
    headers: SHOWN_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
    body: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
