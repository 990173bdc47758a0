import type { PatchFrame } from "./frames";

/** What one stream looks like on this device: the fresh snapshot plus every patch since. */
export interface StreamBase {
  version: number;
  entities: Readonly<Record<string, unknown>>;
}

/**
 * The gap rule. `mine` is null while no snapshot is here: then nothing can be applied.
 * A frame covers (from, to]; an overlap is harmless because patches are absolute.
 */
export function judge(mine: number | null, frame: Pick<PatchFrame, "from" | "to">): "drop" | "apply" | "gap" {
  if (mine === null) return "gap";
  if (frame.to <= mine) return "drop";
  return frame.from <= mine ? "apply" : "gap";
}

/** Put and drop keys, move the version. A void frame moves the version only. */
export function applyFrame(base: StreamBase, frame: Pick<PatchFrame, "to" | "put" | "drop">): StreamBase {
  const entities = { ...base.entities, ...frame.put };
  for (const key of frame.drop ?? []) delete entities[key];
  return { version: frame.to, entities };
}

/** Σ versions mod 2³², as the server counts it in `pong`. */
export function checksum(versions: Iterable<number>): number {
  let sum = 0;
  for (const version of versions) sum = (sum + version) % 2 ** 32;
  return sum;
}

/** Client keys whose rows a frame proves to have arrived: entities carry the `client_id` of the command that made them. */
export function provenBy(put: Readonly<Record<string, unknown>>): string[] {
  return Object.values(put).flatMap((value) => {
    const id = (value as { client_id?: unknown } | null)?.client_id;
    return typeof id === "string" ? [id] : [];
  });
}

/** Wait before the n-th reconnection: random up to min(30 s, 1 s · 2ⁿ). */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(30_000, 1_000 * 2 ** attempt);
}

/** What a close code asks for. */
export type AfterClose =
  | { step: "again" }
  | { step: "wait"; ms: number }
  | { step: "refresh" }
  | { step: "sleep" }
  | { step: "update" }
  | { step: "stop"; reason: "banned" | "protocol" };

export function afterClose(code: number): AfterClose {
  switch (code) {
    case 4400:
      return { step: "stop", reason: "protocol" };
    case 4401:
      return { step: "refresh" };
    case 4403:
      return { step: "stop", reason: "banned" };
    case 4409:
      return { step: "sleep" };
    case 4410:
      return { step: "update" };
    case 4429:
      return { step: "wait", ms: 60_000 };
    default:
      return { step: "again" };
  }
}
