import type { QueryClient } from "@tanstack/react-query";
import type { Change } from "./engine";
import { type LiveFeature, type LivePart, type StreamPatch, shareOf } from "./handlers";

function idIn(part: LivePart, stream: string): string | null {
  return stream.startsWith(`${part.stream}.`) ? stream.slice(part.stream.length + 1) : null;
}

/** One part's new cache. The same call for the screen and for the golden trios. */
export function applyPart<Cache>(part: LivePart<Cache>, cache: Cache, patch: StreamPatch): Cache {
  const share = shareOf(part as LivePart, patch);
  return share && part.apply ? part.apply(cache, share) : cache;
}

/** Give a change to every feature that listens to its stream. */
export function dispatch(queries: QueryClient, features: readonly LiveFeature[], change: Change): void {
  const patch: StreamPatch = { put: change.put, drop: change.drop, why: change.why, whole: change.whole };
  for (const feature of features) {
    let heard = false;
    for (const part of feature.parts) {
      const id = idIn(part, change.stream);
      const share = id === null ? null : shareOf(part, patch);
      if (id === null || !share) continue;
      heard = true;
      changeQueries(queries, part, id, share);
    }
    if (heard && change.now && document.visibilityState === "visible") feature.announce?.(change.stream, patch);
  }
}

function changeQueries(queries: QueryClient, part: LivePart, id: string, share: StreamPatch): void {
  const queryKey = part.query(id);
  for (const query of queries.getQueryCache().findAll({ queryKey })) {
    const isOnItsWay = query.state.fetchStatus === "fetching";
    if (part.apply && !share.whole && query.state.data !== undefined) {
      queries.setQueryData(query.queryKey, (cache: unknown) => part.apply?.(cache, share));
    }
    // A whole copy, a part without a rule, or an answer that may be older than this patch: ask again.
    if (!part.apply || share.whole || isOnItsWay)
      void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
  }
}
