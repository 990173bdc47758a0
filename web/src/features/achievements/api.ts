import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { RecentEvent } from "./model";

/** Keys take the id as text, since the live stream's name ("user.7") gives it so. */
export const keys = {
  progress: (userId: string) => ["achievements", "progress", userId] as const,
  why: (userId: string) => ["achievements", "why", userId] as const,
  score: (userId: string) => ["achievements", "score", userId] as const,
  events: (userId: string) => ["achievements", "events", userId] as const,
};

const NEWEST = 10;

/** Every achievement that the player may know of, with how far they are. */
export function progressQuery(userId: number) {
  return queryOptions({
    queryKey: keys.progress(String(userId)),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/achievements/users/{user_id}/progress", { params: { path: { user_id: userId } }, signal }),
      ),
  });
}

export function scoreQuery(userId: number) {
  return queryOptions({
    queryKey: keys.score(String(userId)),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/users/{user_id}/score", { params: { path: { user_id: userId } }, signal })),
  });
}

/** The newest events, in the shape in which the live stream sends them. */
export function eventsQuery(userId: number) {
  return queryOptions({
    queryKey: keys.events(String(userId)),
    queryFn: async ({ signal }): Promise<readonly RecentEvent[]> => {
      const events = await unwrap(
        api.GET("/api/v1/events/user/{user_id}", { params: { path: { user_id: userId } }, signal }),
      );
      return events.slice(0, NEWEST).map(({ id, event_type, amount, points, created_at }) => ({
        id,
        event_type,
        amount,
        points,
        at: created_at,
      }));
    },
  });
}

/** Why an achievement is where it is: the tree of its conditions. */
export function whyQuery(userId: number, code: string) {
  return queryOptions({
    queryKey: [...keys.why(String(userId)), code] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/achievements/{code}/explain", { params: { path: { code }, query: { user: userId } }, signal }),
      ),
  });
}
