import { mutationOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { useConnection } from "@/shared/live/online";
import { applyLog, logKey } from "./live";

export type Game = components["schemas"]["SourceOut"];
export type Key = components["schemas"]["KeyOut"];
export type MadeKey = components["schemas"]["KeyMade"];
export type EventType = components["schemas"]["TypeOut"];
export type Intake = components["schemas"]["IntakeOut"];
type NewGame = components["schemas"]["SourceIn"];
type NewKey = components["schemas"]["KeyIn"];
type TypeBody = components["schemas"]["TypeIn"];

const keys = {
  games: ["builder", "games"] as const,
  keys: (game: number) => ["builder", "keys", game] as const,
  types: (game: number) => ["builder", "types", game] as const,
  intake: (game: number) => ["builder", "intake", game] as const,
};

export const gamesQuery = queryOptions({
  queryKey: keys.games,
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/sources", { signal }))).items,
  // The operator may have vouched for a game meanwhile; nothing tells the page of it.
  staleTime: 0,
});

export const keysQuery = (game: number) =>
  queryOptions({
    queryKey: keys.keys(game),
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/sources/{source_id}/keys", { params: { path: { source_id: game } }, signal })))
        .items,
  });

export const typesQuery = (game: number) =>
  queryOptions({
    queryKey: keys.types(game),
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/sources/{source_id}/types", { params: { path: { source_id: game } }, signal })))
        .items,
  });

/** What intake took and refused; asked again every few seconds while somebody looks. */
export const intakeQuery = (game: number) =>
  queryOptions({
    queryKey: keys.intake(game),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/sources/{source_id}/intake", { params: { path: { source_id: game } }, signal })),
    refetchInterval: 5_000,
    staleTime: 0,
  });

/** The log as the stream's snapshot has it; patches of `app.<game>` keep it fresh, and asking again is the fallback. */
export const logQuery = (game: number) =>
  queryOptions({
    queryKey: logKey(String(game)),
    queryFn: async ({ signal }) => {
      const stream = `app.${game}`;
      const copies = await unwrap(
        api.GET("/api/v1/live/snapshots", { params: { query: { streams: stream } }, signal }),
      );
      const put = copies.streams[stream]?.entities ?? {};
      return applyLog(undefined, { put, drop: [], why: null, whole: true });
    },
    // The stream brings news by itself; while it is away, asking does.
    refetchInterval: () => (useConnection.getState().socket === "open" ? false : 5_000),
    staleTime: 0,
  });

export const makeGame = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: (body: NewGame) => unwrap(api.POST("/api/v1/sources", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.games }),
  });

export const makeKey = (queries: QueryClient, game: number) =>
  mutationOptions({
    mutationFn: (body: NewKey) =>
      unwrap(api.POST("/api/v1/sources/{source_id}/keys", { params: { path: { source_id: game } }, body })),
    onSuccess: () => afterKeys(queries, game),
  });

export const revokeKey = (queries: QueryClient, game: number) =>
  mutationOptions({
    mutationFn: (key: number) =>
      unwrap(
        api.DELETE("/api/v1/sources/{source_id}/keys/{key_id}", {
          params: { path: { source_id: game, key_id: key } },
        }),
      ),
    onSuccess: () => afterKeys(queries, game),
  });

export const saveType = (queries: QueryClient, game: number) =>
  mutationOptions({
    mutationFn: ({ code, body }: { code: string; body: TypeBody }) =>
      unwrap(
        api.PUT("/api/v1/sources/{source_id}/types/{code}", { params: { path: { source_id: game, code } }, body }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.types(game) }),
  });

export const linkPlayer = (queries: QueryClient, game: number) =>
  mutationOptions({
    mutationFn: (code: string) =>
      unwrap(api.POST("/api/v1/sources/{source_id}/links", { params: { path: { source_id: game } }, body: { code } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.games }),
  });

async function afterKeys(queries: QueryClient, game: number): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.keys(game) }),
    queries.invalidateQueries({ queryKey: keys.games }),
  ]);
}
