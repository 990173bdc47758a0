import { infiniteQueryOptions, mutationOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type Part = components["schemas"]["PartOut"];
export type Health = components["schemas"]["HealthOut"];
export type Metrics = components["schemas"]["MetricsOut"];
export type Queues = components["schemas"]["QueuesOut"];
export type ConsumerFigures = components["schemas"]["ConsumerOut"];
export type Account = components["schemas"]["AccountOut"];
export type AccountChanges = components["schemas"]["AccountChangesIn"];
export type DeadLetter = components["schemas"]["DeadLetterOut"];

const EVERY = 5_000;

export const healthQuery = queryOptions({
  queryKey: ["operator", "health"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/operator/health", { signal })),
  refetchInterval: EVERY,
  staleTime: 0,
});

export const metricsQuery = queryOptions({
  queryKey: ["operator", "metrics"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/operator/metrics", { signal })),
  refetchInterval: EVERY,
  staleTime: 0,
});

export const queuesQuery = queryOptions({
  queryKey: ["operator", "queues"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/operator/queues", { signal })),
  refetchInterval: EVERY,
  staleTime: 0,
});

export const lettersQuery = infiniteQueryOptions({
  queryKey: ["operator", "letters"],
  queryFn: ({ signal, pageParam }) =>
    unwrap(api.GET("/api/v1/operator/dead-letters", { params: { query: { after: pageParam } }, signal })),
  initialPageParam: 0,
  getNextPageParam: (last) => last.next,
  staleTime: 0,
});

export const replayLetter = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) =>
      unwrap(api.POST("/api/v1/operator/dead-letters/{id}/replay", { params: { path: { id } } })),
    onSettled: () => afterLetters(queries),
  });

export const discardLetter = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => unwrap(api.DELETE("/api/v1/operator/dead-letters/{id}", { params: { path: { id } } })),
    onSettled: () => afterLetters(queries),
  });

async function afterLetters(queries: QueryClient): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: lettersQuery.queryKey }),
    queries.invalidateQueries({ queryKey: queuesQuery.queryKey }),
  ]);
}

export const accountsQuery = (query: string) =>
  infiniteQueryOptions({
    queryKey: ["operator", "accounts", query],
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/operator/users", {
          params: { query: { query: query || undefined, after: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const changeAccount = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, body }: { id: number; body: AccountChanges }) =>
      unwrap(api.PATCH("/api/v1/operator/users/{user_id}", { params: { path: { user_id: id } }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["operator", "accounts"] }),
  });
