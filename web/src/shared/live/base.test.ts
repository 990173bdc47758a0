import { afterEach, beforeEach, expect, it } from "vitest";
import { Base } from "./base";
import type { PatchFrame } from "./frames";

let base: Base;

const frame = (from: number, to: number, put: Record<string, unknown> = {}, drop: string[] = []): PatchFrame => ({
  op: "patch",
  stream: "user.7",
  from,
  to,
  put,
  drop,
});
const fresh = (version: number, entities: Record<string, unknown>) => ({
  epoch: "e1",
  streams: { "user.7": { version, entities } },
});

beforeEach(() => {
  base = new Base(`test-${Math.random()}`);
});
afterEach(() => base.destroy());

it("holds a snapshot and moves it by frames", async () => {
  await base.replace(fresh(3, { score: 5, "event/1": { id: 1 } }));
  expect(await base.apply(frame(3, 4, { score: 10 }, ["event/1"]))).toBe("apply");
  expect(await base.read("user.7")).toEqual({ version: 4, entities: { score: 10 } });
});

it("refuses what leaves a gap, and what it has", async () => {
  expect(await base.apply(frame(0, 1, { score: 1 }))).toBe("gap");
  await base.replace(fresh(3, { score: 5 }));
  expect(await base.apply(frame(4, 5, { score: 6 }))).toBe("gap");
  expect(await base.apply(frame(1, 3, { score: 1 }))).toBe("drop");
  expect(await base.read("user.7")).toEqual({ version: 3, entities: { score: 5 } });
});

it("forgets what a fresh copy does not name", async () => {
  await base.replace(fresh(3, { score: 5, "event/1": {} }));
  await base.replace(fresh(9, { score: 7 }));
  expect(await base.read("user.7")).toEqual({ version: 9, entities: { score: 7 } });
});

it("takes a proven command out of the outbox with the frame that proves it", async () => {
  await base.replace(fresh(3, {}));
  await base.queue({ client_id: "a", state: "sending", versions: {}, body: "hello" });
  await base.queue({ client_id: "b", state: "queued", versions: {}, body: "later" });
  await base.apply(frame(3, 4, { "m/1": { client_id: "a" } }));
  expect((await base.waiting()).map((row) => row.client_id)).toEqual(["b"]);
});

it("keeps an accepted command until the base reaches the versions of its answer", async () => {
  await base.replace(fresh(3, {}));
  await base.queue({ client_id: "a", state: "sending", versions: {}, body: null });
  await base.accept("a", { "user.7": 5 });
  await base.apply(frame(3, 4));
  expect(await base.waiting()).toHaveLength(1);
  await base.apply(frame(4, 5));
  expect(await base.waiting()).toHaveLength(0);
});

it("does not wait for a stream that was taken away", async () => {
  await base.replace(fresh(3, {}));
  await base.queue({ client_id: "a", state: "sending", versions: {}, body: null });
  await base.accept("a", { "user.7": 5 });
  await base.wipe("user.7");
  expect(await base.waiting()).toHaveLength(0);
});

it("sends again what the server had taken before its new epoch and the base had not shown", async () => {
  await base.replace(fresh(3, {}));
  await base.queue({ client_id: "a", state: "sending", versions: {}, body: null });
  await base.accept("a", { "user.7": 5 });
  await base.begin("e2");
  expect(await base.waiting()).toEqual([{ client_id: "a", state: "queued", versions: {}, body: null }]);
});

it("does not move the version when the transaction aborts", async () => {
  await base.replace(fresh(3, { score: 5 }));
  // A function cannot be stored: the put fails in the middle of the transaction.
  await expect(base.apply(frame(3, 4, { score: 6, broken: () => 1 }))).rejects.toThrow();
  expect(await base.read("user.7")).toEqual({ version: 3, entities: { score: 5 } });
});

it("wipes copies but not the outbox when a new epoch begins", async () => {
  await base.replace(fresh(3, { score: 5 }));
  await base.queue({ client_id: "a", state: "queued", versions: {}, body: null });
  await base.begin("e2");
  expect(await base.epoch()).toBe("e2");
  expect(await base.read("user.7")).toBeNull();
  expect(await base.waiting()).toHaveLength(1);
});

it("wipes one stream and leaves the others", async () => {
  await base.replace({
    epoch: "e1",
    streams: { "user.7": { version: 1, entities: { a: 1 } }, "app.5": { version: 2, entities: { b: 2 } } },
  });
  await base.wipe("user.7");
  expect(await base.read("user.7")).toBeNull();
  expect(await base.read("app.5")).toEqual({ version: 2, entities: { b: 2 } });
});
