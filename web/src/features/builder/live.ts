import { family, type LiveFeature, livePart, type StreamPatch } from "@/shared/live/handlers";
import type { AppLog, LoggedEvent, LoggedRefusal } from "./log";

export const logKey = (game: string) => ["builder", "log", Number(game)] as const;

const emptyLog: AppLog = { events: [], refusals: [] };

/** The log of a game after a patch of `app.<game>`; lines keep the order of their ids. */
export function applyLog(log: AppLog | undefined, patch: StreamPatch): AppLog {
  const before = patch.whole || !log ? emptyLog : log;
  return {
    events: merge(before.events, family<LoggedEvent>(patch, "event/"), dropped(patch, "event/")),
    refusals: merge(before.refusals, family<LoggedRefusal>(patch, "refusal/"), dropped(patch, "refusal/")),
  };
}

function dropped(patch: StreamPatch, prefix: string): ReadonlySet<string> {
  return new Set(patch.drop.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
}

function merge<T extends { readonly id: number }>(
  before: readonly T[],
  put: ReadonlyMap<string, T>,
  gone: ReadonlySet<string>,
): T[] {
  const kept = before.filter((one) => !gone.has(String(one.id)) && !put.has(String(one.id)));
  return [...kept, ...put.values()].sort((a, b) => a.id - b.id);
}

export const builderLive: LiveFeature = {
  parts: [livePart<AppLog>({ stream: "app", keys: ["event/", "refusal/"], query: logKey, apply: applyLog })],
};
