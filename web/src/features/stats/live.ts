import { type LiveFeature, livePart, type StreamPatch } from "@/shared/live/handlers";
import { keys } from "./api";
import type { Stats } from "./model";

/** The numbers that `score` carries replace those of the page; what it does not carry stays. */
export function applyToStats(stats: Stats, patch: StreamPatch): Stats {
  const score = patch.put.score as Partial<Stats> | undefined;
  if (!score) return stats;
  return {
    ...stats,
    total_score: score.total_score ?? stats.total_score,
    achievement_points: score.achievement_points ?? stats.achievement_points,
    achievements_count: score.achievements_count ?? stats.achievements_count,
    by_type: score.by_type ?? stats.by_type,
    last_activity: score.last_activity ?? stats.last_activity,
  };
}

export const statsLive: LiveFeature = {
  parts: [livePart<Stats>({ stream: "user", keys: ["score"], query: keys.stats, apply: applyToStats })],
};
