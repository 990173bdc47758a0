import {
  infiniteQueryOptions,
  keepPreviousData,
  mutationOptions,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { ApiError } from "@/shared/api/errors";
import type { components } from "@/shared/api/schema";

export type Part = components["schemas"]["PartOut"];
export type Health = components["schemas"]["HealthOut"];
export type Metrics = components["schemas"]["MetricsOut"];
export type Queues = components["schemas"]["QueuesOut"];
export type ConsumerFigures = components["schemas"]["ConsumerOut"];
export type Account = components["schemas"]["AccountOut"];
export type AccountChanges = components["schemas"]["AccountChangesIn"];
export type Rule = components["schemas"]["RuleOut"];
export type RuleState = Rule["state"];
export type DryRun = components["schemas"]["DryRunOut"];
export type Tried = components["schemas"]["TriedOut"];
export type Backfill = components["schemas"]["BackfillOut"];
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
    // While the next search is on its way the rows stay, and with them the menu that somebody has just opened.
    placeholderData: keepPreviousData,
  });

export const changeAccount = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, body }: { id: number; body: AccountChanges }) =>
      unwrap(api.PATCH("/api/v1/operator/users/{id}", { params: { path: { id } }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["operator", "accounts"] }),
  });

export const rulesQuery = queryOptions({
  queryKey: ["operator", "rules"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/rules", { signal }))).items,
});

/** The newest backfill of a rule; null where there was none. Asked every second while it runs. */
export const backfillQuery = (code: string) =>
  queryOptions<Backfill | null>({
    queryKey: ["operator", "backfill", code],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/rules/{code}/backfill", { params: { path: { code } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? 1_000 : false),
    staleTime: 0,
  });

/** A new rule from its text, or the new text of an old one. */
export const saveRule = (queries: QueryClient, code: string | null) =>
  mutationOptions({
    mutationFn: (source: string) =>
      code === null
        ? unwrap(api.POST("/api/v1/rules", { body: { source } }))
        : unwrap(api.PUT("/api/v1/rules/{code}", { params: { path: { code } }, body: { source } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: rulesQuery.queryKey }),
  });

export const changeRuleState = (queries: QueryClient, code: string) =>
  mutationOptions({
    mutationFn: (state: RuleState) =>
      unwrap(api.PUT("/api/v1/rules/{code}", { params: { path: { code } }, body: { state } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: rulesQuery.queryKey }),
  });

export const startBackfill = (queries: QueryClient, code: string) =>
  mutationOptions({
    mutationFn: () => unwrap(api.POST("/api/v1/rules/{code}/backfill", { params: { path: { code } } })),
    onSuccess: (started) => queries.setQueryData(backfillQuery(code).queryKey, started),
  });

const PATIENCE_MS = 1_000;

/** Try a rule on everybody. What the server cannot count within 30 s goes on as a job, and is waited for here. */
export async function tryRule(source: string): Promise<Tried> {
  let run = await unwrap(api.POST("/api/v1/rules/dry-run", { body: { source } }));
  while (run.result === null && run.id !== null) {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    run = await unwrap(api.GET("/api/v1/rules/dry-run/{dry_run_id}", { params: { path: { dry_run_id: run.id } } }));
  }
  if (run.result === null) throw new ApiError(500, "web.unknown", null, {}, null, null);
  return run.result;
}
