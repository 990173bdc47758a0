/** The life of a key. */

export const MAX_LIVE_KEYS = 2;
export const SCOPES = ["events:write", "users:write", "users:read", "stats:read", "rules:write"] as const;
export type Scope = (typeof SCOPES)[number];
/** What a new key is offered: everything that a game needs from the first day. */
export const USUAL_SCOPES: readonly Scope[] = ["events:write", "users:write", "stats:read"];

export const LIVES = ["forever", "30", "90", "365"] as const;
export type Life = (typeof LIVES)[number];

export type KeyState = "live" | "expired" | "revoked";

interface Dated {
  readonly revoked_at: string | null;
  readonly expires_at: string | null;
  readonly created_at: string;
}

export function keyState(key: Dated, now: Date): KeyState {
  if (key.revoked_at) return "revoked";
  return key.expires_at && new Date(key.expires_at) <= now ? "expired" : "live";
}

/** Live keys first, then the newest. */
export function liveFirst<T extends Dated>(keys: readonly T[], now: Date): T[] {
  const rank = (key: T) => (keyState(key, now) === "live" ? 0 : 1);
  return [...keys].sort((a, b) => rank(a) - rank(b) || b.created_at.localeCompare(a.created_at));
}

export function endOf(life: Life, now: Date): string | null {
  if (life === "forever") return null;
  return new Date(now.getTime() + Number(life) * 86_400_000).toISOString();
}
