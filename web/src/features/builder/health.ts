/** "Nothing happens?": the road from a key to a moved score, step by step, with the first step that is not taken. */

export type StepState = "done" | "waiting" | "wrong";

export interface Step {
  readonly id: "key" | "sent" | "accepted" | "recent";
  readonly state: StepState;
}

export interface Refusal {
  readonly code: string;
  readonly at: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface RefusalGroup {
  readonly code: string;
  readonly count: number;
  readonly last: Refusal;
}

export interface Road {
  readonly liveKeys: number;
  readonly accepted: number;
  readonly lastAcceptedAt: string | null;
  readonly refusals: readonly Refusal[];
}

export function steps(road: Road): Step[] {
  const sent = road.accepted > 0 || road.refusals.length > 0;
  const lastRefusal = newest(road.refusals)?.at ?? null;
  const refusedSince = lastRefusal !== null && (road.lastAcceptedAt === null || lastRefusal > road.lastAcceptedAt);
  return [
    { id: "key", state: road.liveKeys > 0 ? "done" : "wrong" },
    { id: "sent", state: sent ? "done" : "waiting" },
    { id: "accepted", state: road.accepted > 0 ? "done" : sent ? "wrong" : "waiting" },
    { id: "recent", state: refusedSince ? "wrong" : road.accepted > 0 ? "done" : "waiting" },
  ];
}

/** Refusals by code: the most frequent first, the newer one first where they are equal. */
export function groupRefusals(refusals: readonly Refusal[]): RefusalGroup[] {
  const groups = new Map<string, RefusalGroup>();
  for (const refusal of refusals) {
    const known = groups.get(refusal.code);
    const last = known && known.last.at > refusal.at ? known.last : refusal;
    groups.set(refusal.code, { code: refusal.code, count: (known?.count ?? 0) + 1, last });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || b.last.at.localeCompare(a.last.at));
}

function newest(refusals: readonly Refusal[]): Refusal | null {
  return refusals.reduce<Refusal | null>((best, one) => (best && best.at >= one.at ? best : one), null);
}
