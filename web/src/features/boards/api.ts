import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";

export const boardsQuery = queryOptions({
  queryKey: ["boards", "list"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/boards", { signal })),
  staleTime: 5 * 60_000,
});

export interface BoardView {
  readonly board: string;
  readonly window: string;
  /** Only the places near mine. */
  readonly aroundMe: boolean;
}

/** A board is everybody's: it has no stream, so an open one is read again every half minute. */
export function boardQuery({ board, window, aroundMe }: BoardView) {
  return queryOptions({
    queryKey: ["boards", "page", board, window, aroundMe] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/boards/{code}", {
          params: { path: { code: board }, query: { window, around: aroundMe ? "me" : undefined } },
          signal,
        }),
      ),
    refetchInterval: 30_000,
  });
}

/** The week's league is read again like a board; that there is none yet is an answer too. */
export const leagueQuery = queryOptions({
  queryKey: ["boards", "league"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me/league", { signal })),
  refetchInterval: 30_000,
});

/** Whether I am listed on leaderboards at all; being listed and having a place are two things. */
export const listingQuery = queryOptions({
  queryKey: ["boards", "listing"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me/boards", { signal })),
});

/** Leaving is done at once; coming back, places are written by a worker within a second or two. */
const REWRITTEN_AFTER_MS = 2_000;

/** Be listed on leaderboards, or not: it holds for all of them. */
export function useListing() {
  const queries = useQueryClient();
  const readAgain = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["boards", "page"] }),
      queries.invalidateQueries({ queryKey: leagueQuery.queryKey }),
    ]);
  return useMutation({
    mutationFn: (shown: boolean) => unwrap(api.PUT("/api/v1/me/boards", { body: { shown } })),
    onSuccess: (_, shown) => {
      queries.setQueryData(listingQuery.queryKey, { shown });
      if (shown) setTimeout(readAgain, REWRITTEN_AFTER_MS);
      return readAgain();
    },
  });
}
