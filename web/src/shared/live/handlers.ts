import type { QueryKey } from "@tanstack/react-query";

/** Whole new values of keys, and keys that are gone. Never "add one". */
export interface StreamPatch {
  put: Readonly<Record<string, unknown>>;
  drop: readonly string[];
  /** A fact's name, for animation only; null after a resume. State never depends on it. */
  why: string | null;
  /** The patch is the whole part (a snapshot): what it does not name is not there. */
  whole: boolean;
}

/**
 * One feature's share of one kind of stream. `stream` is a prefix ("user" for "user.7"); `keys` are exact keys
 * ("score") or families that end with a slash ("event/").
 */
export interface LivePart<Cache = unknown> {
  stream: string;
  keys: readonly string[];
  /** The cached query that these keys belong to; `id` is what follows the stream's prefix ("7"). */
  query: (id: string) => QueryKey;
  /** Pure. Gets only its own keys. Without it, the query is simply fetched again. */
  apply?: (cache: Cache, patch: StreamPatch) => Cache;
}

export interface LiveFeature {
  // biome-ignore lint/suspicious/noExplicitAny: parts of one feature have caches of different types; `livePart` ties each to its own
  parts: readonly LivePart<any>[];
  /** Called in the visible tab for patches that happen now (never for a resume or a snapshot): toasts. */
  announce?: (stream: string, patch: StreamPatch) => void;
}

/** Keeps the cache type inside one part: `livePart<Score>({ … apply: (score, patch) => … })`. */
export function livePart<Cache>(part: LivePart<Cache>): LivePart<Cache> {
  return part;
}

/** The keys of a patch that belong to one part, or null if there are none. */
export function shareOf(part: LivePart, patch: StreamPatch): StreamPatch | null {
  const mine = (key: string) =>
    part.keys.some((wanted) => (wanted.endsWith("/") ? key.startsWith(wanted) : key === wanted));
  const put = Object.fromEntries(Object.entries(patch.put).filter(([key]) => mine(key)));
  const drop = patch.drop.filter(mine);
  if (!patch.whole && drop.length === 0 && Object.keys(put).length === 0) return null;
  return { ...patch, put, drop };
}

/** Values of a family in a patch, with the family's prefix taken off: `{"17": event}`. */
export function family<T>(patch: StreamPatch, prefix: string): Map<string, T> {
  const found = new Map<string, T>();
  for (const [key, value] of Object.entries(patch.put)) {
    if (key.startsWith(prefix)) found.set(key.slice(prefix.length), value as T);
  }
  return found;
}
