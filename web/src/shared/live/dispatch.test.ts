import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { dispatch } from "./dispatch";
import type { Change } from "./engine";
import { type LiveFeature, livePart } from "./handlers";

const change = (part: Partial<Change>): Change => ({
  stream: "user.7",
  put: {},
  drop: [],
  why: null,
  whole: false,
  now: true,
  ...part,
});

let queries: QueryClient;
const announce = vi.fn();
const feature: LiveFeature = {
  parts: [
    livePart<{ total: number }>({
      stream: "user",
      keys: ["score"],
      query: (id) => ["score", id],
      apply: (_, patch) => patch.put.score as { total: number },
    }),
    livePart({ stream: "user", keys: ["event/"], query: (id) => ["events", id] }),
  ],
  announce,
};

beforeEach(() => {
  queries = new QueryClient();
  announce.mockClear();
});

describe("a change of a stream", () => {
  it("moves the cached query of its keys", () => {
    queries.setQueryData(["score", "7"], { total: 5 });
    dispatch(queries, [feature], change({ put: { score: { total: 10 } } }));
    expect(queries.getQueryData(["score", "7"])).toEqual({ total: 10 });
  });

  it("leaves other people's caches alone", () => {
    queries.setQueryData(["score", "8"], { total: 5 });
    dispatch(queries, [feature], change({ put: { score: { total: 10 } } }));
    expect(queries.getQueryData(["score", "8"])).toEqual({ total: 5 });
  });

  it("does not invent a cache that nobody asked for", () => {
    dispatch(queries, [feature], change({ put: { score: { total: 10 } } }));
    expect(queries.getQueryData(["score", "7"])).toBeUndefined();
  });

  it("asks again where there is no rule", () => {
    queries.setQueryData(["events", "7"], []);
    dispatch(queries, [feature], change({ put: { "event/1": {} } }));
    expect(queries.getQueryState(["events", "7"])?.isInvalidated).toBe(true);
  });

  it("asks again for everything when a whole copy came", () => {
    queries.setQueryData(["score", "7"], { total: 5 });
    dispatch(queries, [feature], change({ whole: true, now: false }));
    expect(queries.getQueryState(["score", "7"])?.isInvalidated).toBe(true);
  });

  it("announces what happens now, and is silent about a resume", () => {
    dispatch(queries, [feature], change({ put: { score: {} }, now: false }));
    expect(announce).not.toHaveBeenCalled();
    dispatch(queries, [feature], change({ put: { score: {} }, why: "achievements.unlocked" }));
    expect(announce).toHaveBeenCalledOnce();
  });

  it("does not announce keys that are not the feature's", () => {
    dispatch(queries, [feature], change({ put: { wallet: {} } }));
    expect(announce).not.toHaveBeenCalled();
  });
});
