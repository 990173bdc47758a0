import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

/** Keys take the id as text, since the live stream's name ("user.7") gives it so. */
export const keys = {
  stats: (userId: string) => ["stats", "now", userId] as const,
  charts: (userId: string) => ["stats", "charts", userId] as const,
};

export function statsQuery(userId: number) {
  return queryOptions({
    queryKey: keys.stats(String(userId)),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/stats/{user_id}", { params: { path: { user_id: userId } }, signal })),
  });
}

/** Points and events of the last days, by the player's own time zone. */
export function seriesQuery(userId: number, days: number) {
  return queryOptions({
    queryKey: [...keys.charts(String(userId)), "series", days] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/stats/{user_id}/series", { params: { path: { user_id: userId }, query: { days } }, signal }),
      ),
  });
}

export function heatmapQuery(userId: number, year: number) {
  return queryOptions({
    queryKey: [...keys.charts(String(userId)), "heatmap", year] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/stats/{user_id}/heatmap", { params: { path: { user_id: userId }, query: { year } }, signal }),
      ),
  });
}
