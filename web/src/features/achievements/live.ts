import { language } from "@/shared/i18n/i18n";
import { family, type LiveFeature, livePart, type StreamPatch } from "@/shared/live/handlers";
import { announceUnlocks } from "./announce";
import { keys } from "./api";
import type { LiveUnlock, Progress, RecentEvent, Score } from "./model";

const NEWEST = 10;

interface Wall {
  readonly items: Progress[];
}

interface LiveProgress {
  readonly value: number;
  readonly target: number;
  readonly share: number;
}

/** Move badges by `progress/<code>` and `unlock/<code>.<tier>`; a badge that is not listed waits for the next fetch. */
export function applyToWall(wall: Wall, patch: StreamPatch): Wall {
  const progress = family<LiveProgress>(patch, "progress/");
  const unlocks = [...family<LiveUnlock>(patch, "unlock/").values()];
  return {
    ...wall,
    items: wall.items.map((badge) => {
      const moved = moveBadge(badge, progress.get(badge.code));
      return unlocks.filter((unlock) => unlock.code === badge.code).reduce(unlockTier, moved);
    }),
  };
}

function moveBadge(badge: Progress, progress: LiveProgress | undefined): Progress {
  if (!progress) return badge;
  const state = badge.state === "closed" ? "progress" : badge.state;
  return { ...badge, state, value: progress.value, target: progress.target, share: progress.share };
}

function unlockTier(badge: Progress, unlock: LiveUnlock): Progress {
  const tiers = badge.tiers.map((tier) =>
    tier.tier === unlock.tier ? { ...tier, earned_at: unlock.earned_at, state: unlock.state } : tier,
  );
  const tier = Math.max(badge.tier, unlock.tier);
  const isLast = tier >= tiers.length;
  return {
    ...badge,
    tiers,
    tier,
    disputed: tiers.some((one) => one.state === "disputed"),
    earned_at: unlock.earned_at,
    state: "earned",
    share: isLast ? 1 : badge.share,
    name: badge.hidden && badge.state === "closed" ? (unlock.name[language()] ?? badge.name) : badge.name,
  };
}

export function applyToScore(_: Score, patch: StreamPatch): Score {
  return patch.put.score as Score;
}

/** The ten newest events, newest first. */
export function applyToEvents(events: readonly RecentEvent[], patch: StreamPatch): readonly RecentEvent[] {
  const put = [...family<RecentEvent>(patch, "event/").values()];
  const fresh = new Set(put.map((event) => event.id));
  const gone = new Set(patch.drop.map((key) => Number(key.slice("event/".length))));
  const kept = patch.whole ? [] : events.filter((event) => !fresh.has(event.id) && !gone.has(event.id));
  return [...put, ...kept].toSorted((one, other) => other.id - one.id).slice(0, NEWEST);
}

export const achievementsLive: LiveFeature = {
  parts: [
    livePart<Wall>({ stream: "user", keys: ["progress/", "unlock/"], query: keys.progress, apply: applyToWall }),
    // What an unlock opens (hidden names, the next tier, rarity) only the server knows.
    livePart({ stream: "user", keys: ["unlock/"], query: keys.progress }),
    livePart({ stream: "user", keys: ["progress/", "unlock/"], query: keys.why }),
    livePart<Score>({ stream: "user", keys: ["score"], query: keys.score, apply: applyToScore }),
    livePart<readonly RecentEvent[]>({ stream: "user", keys: ["event/"], query: keys.events, apply: applyToEvents }),
  ],
  announce: (stream, patch) => {
    announceUnlocks(stream.slice("user.".length), [...family<LiveUnlock>(patch, "unlock/").values()]);
  },
};
