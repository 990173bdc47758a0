import { infiniteQueryOptions, mutationOptions, type QueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type PlayersGame = components["schemas"]["GameOut"];

export const gamesQuery = infiniteQueryOptions({
  queryKey: ["operator", "games"],
  queryFn: ({ signal, pageParam }) =>
    unwrap(api.GET("/api/v1/operator/games", { params: { query: { after: pageParam ?? undefined } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
  staleTime: 0,
});

/** Stand up for a game, or take that back. */
export const setVoucher = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, vouched }: { id: number; vouched: boolean }) => {
      const params = { path: { source_id: id } };
      return unwrap(
        vouched
          ? api.PUT("/api/v1/operator/games/{source_id}/voucher", { params })
          : api.DELETE("/api/v1/operator/games/{source_id}/voucher", { params }),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: gamesQuery.queryKey }),
  });
