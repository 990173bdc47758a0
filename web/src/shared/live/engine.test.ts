import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Base, type Snapshot } from "./base";
import { type Change, LiveEngine } from "./engine";

/** The far end of the socket, as the tests hold it. */
class Far {
  static readonly all: Far[] = [];
  readonly sent: Record<string, unknown>[] = [];
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    Far.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  async say(...frames: object[]): Promise<void> {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
    await settle();
  }

  async hangUp(code: number): Promise<void> {
    this.readyState = 3;
    this.onclose?.({ code });
    await settle();
  }

  last(op: string): Record<string, unknown> | undefined {
    return this.sent.filter((frame) => frame.op === op).at(-1);
  }
}

/** IndexedDB answers in macrotasks, which fake timers leave alone. */
const settle = async () => {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((done) => setImmediate(done));
};

const hello = { op: "hello", v: 1, epoch: "e1", user: 7, socket: "s", beat: 25 };
const patch = (from: number, to: number, put: object = {}, why?: string) => ({
  op: "patch",
  stream: "user.7",
  from,
  to,
  put,
  drop: [],
  why,
});

let base: Base;
let engine: LiveEngine;
let changes: Change[];
let links: string[];
let ends: string[];
let snapshot: Snapshot;
const snapshots = vi.fn(async () => snapshot);
const refresh = vi.fn(async () => true);

const far = () => {
  const socket = Far.all.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  Far.all.length = 0;
  changes = [];
  links = [];
  ends = [];
  snapshot = { epoch: "e1", streams: { "user.7": { version: 3, entities: { score: 5 } } } };
  snapshots.mockClear();
  refresh.mockClear().mockResolvedValue(true);
  base = new Base(`engine-${Math.random()}`);
  engine = new LiveEngine({
    base,
    open: () => new Far() as unknown as WebSocket,
    snapshots,
    refresh,
    isStale: () => false,
    changed: (change) => changes.push(change),
    linked: (state) => links.push(state),
    ended: (reason) => ends.push(reason),
    random: () => 0.5,
  });
  engine.want(["user.7"]);
  await engine.start();
  await settle();
});

afterEach(async () => {
  engine.stop();
  vi.useRealTimers();
  await base.destroy();
});

async function getReady(): Promise<void> {
  await far().say(hello, { op: "reload", stream: "user.7", version: 3, why: "new" }, { op: "synced", streams: 1 });
}

describe("coming in", () => {
  it("follows with what it has, takes a snapshot, and is open", async () => {
    await getReady();
    expect(far().last("follow")).toEqual({ op: "follow", epoch: "e1", have: { "user.7": null } });
    expect(changes).toEqual([{ stream: "user.7", put: { score: 5 }, drop: [], why: null, whole: true, now: false }]);
    expect(links.at(-1)).toBe("open");
    expect((await base.read("user.7"))?.version).toBe(3);
  });

  it("resumes at the version of the disk", async () => {
    await getReady();
    engine.stop();
    await engine.start();
    await settle();
    await far().say(hello);
    expect(far().last("follow")).toEqual({ op: "follow", epoch: "e1", have: { "user.7": 3 } });
  });

  it("tells a resume from this moment", async () => {
    await far().say(hello, { op: "reload", stream: "user.7", version: 3, why: "new" }, patch(3, 4, { score: 6 }), {
      op: "synced",
      streams: 1,
    });
    await far().say(patch(4, 5, { score: 7 }, "achievements.unlocked"));
    expect(changes.map(({ now, why }) => [now, why])).toEqual([
      [false, null],
      [false, null],
      [true, "achievements.unlocked"],
    ]);
  });

  it("keeps patches that arrive before the snapshot and applies them after it", async () => {
    let answer: (fresh: Snapshot) => void = () => undefined;
    snapshots.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await far().say(
      hello,
      { op: "reload", stream: "user.7", version: 3, why: "new" },
      patch(2, 3, { score: 4 }),
      patch(3, 4, { score: 6 }),
    );
    expect(changes).toEqual([]);
    answer(snapshot);
    await settle();
    expect(await base.read("user.7")).toEqual({ version: 4, entities: { score: 6 } });
  });
});

describe("frames", () => {
  beforeEach(getReady);

  it("moves by a void frame without a word", async () => {
    await far().say(patch(3, 4));
    expect((await base.read("user.7"))?.version).toBe(4);
    expect(changes.at(-1)).toMatchObject({ put: {}, drop: [] });
  });

  it("drops what it has seen", async () => {
    const before = changes.length;
    await far().say(patch(2, 3, { score: 1 }));
    expect(changes).toHaveLength(before);
  });

  it("waits half a second for a gap to close, then asks for that stream", async () => {
    await far().say(patch(4, 5, { score: 7 }));
    const follows = far().sent.length;
    await vi.advanceTimersByTimeAsync(499);
    expect(far().sent).toHaveLength(follows);
    await vi.advanceTimersByTimeAsync(1);
    expect(far().last("follow")).toEqual({ op: "follow", epoch: "e1", have: { "user.7": 3 } });
  });

  it("closes the gap by itself when the missing frame comes late", async () => {
    await far().say(patch(4, 5, { score: 7 }), patch(3, 4, { score: 6 }));
    expect(await base.read("user.7")).toEqual({ version: 5, entities: { score: 7 } });
    const sent = far().sent.length;
    await vi.advanceTimersByTimeAsync(600);
    expect(far().sent).toHaveLength(sent);
  });

  it("wipes a stream that is gone", async () => {
    await far().say({ op: "gone", stream: "user.7" });
    expect(await base.read("user.7")).toBeNull();
    expect(changes.at(-1)).toMatchObject({ stream: "user.7", whole: true, put: {} });
  });

  it("ignores what it does not know", async () => {
    await far().say({ op: "future", stream: "user.7" });
    far().onmessage?.({ data: "{not json" });
    await far().say(patch(3, 4, { score: 8 }));
    expect((await base.read("user.7"))?.entities).toEqual({ score: 8 });
  });

  it("says when the server's news may be late", async () => {
    await far().say({ op: "state", live: "stale" });
    await far().say({ op: "state", live: "fresh" });
    expect(links.slice(-2)).toEqual(["stale", "open"]);
  });
});

describe("another life of the server", () => {
  it("wipes the copies and loads them again", async () => {
    await getReady();
    await far().hangUp(1006);
    await vi.advanceTimersByTimeAsync(2_000);
    snapshot = { epoch: "e2", streams: { "user.7": { version: 1, entities: { score: 0 } } } };
    await far().say(
      { ...hello, epoch: "e2" },
      { op: "reload", stream: "user.7", version: 1, why: "epoch" },
      { op: "synced", streams: 1 },
    );
    expect(far().last("follow")).toMatchObject({ epoch: "e2", have: { "user.7": null } });
    expect(await base.read("user.7")).toEqual({ version: 1, entities: { score: 0 } });
  });
});

describe("what crosses on the way", () => {
  beforeEach(getReady);

  it("does not ask again when an open line tells of a new epoch: every stream is answered anyway", async () => {
    const follows = far().sent.length;
    snapshot = { epoch: "e2", streams: { "user.7": { version: 1, entities: { score: 0 } } } };
    await far().say(
      { ...hello, epoch: "e2" },
      { op: "reload", stream: "user.7", version: 1, why: "epoch" },
      { op: "synced", streams: 1 },
    );
    expect(far().sent).toHaveLength(follows);
    expect(snapshots).toHaveBeenCalledTimes(2);
    expect(await base.read("user.7")).toEqual({ version: 1, entities: { score: 0 } });
  });

  it("lets a snapshot of another epoch go and waits for the hello that follows it", async () => {
    snapshot = { epoch: "e2", streams: { "user.7": { version: 1, entities: { score: 0 } } } };
    await far().say({ op: "reload", stream: "user.7", version: 9, why: "too_old" });
    expect((await base.read("user.7"))?.version).toBe(3);
    expect(far().readyState).toBe(1);
    await far().say({ ...hello, epoch: "e2" }, { op: "reload", stream: "user.7", version: 1, why: "epoch" });
    expect((await base.read("user.7"))?.version).toBe(1);
  });

  it("goes on with other streams and heartbeats while a copy is slow to come", async () => {
    engine.want(["user.7", "app.5"]);
    snapshots.mockImplementationOnce(() => new Promise(() => undefined));
    await far().say({ op: "reload", stream: "app.5", version: 2, why: "new" }, { op: "synced", streams: 1 });
    await far().say(patch(3, 4, { score: 6 }));
    expect((await base.read("user.7"))?.version).toBe(4);
    await vi.advanceTimersByTimeAsync(25_000);
    await far().say({ op: "pong", n: 2, sum: 6 });
    const before = Far.all.length;
    await vi.advanceTimersByTimeAsync(11_000);
    expect(Far.all.length).toBe(before);
  });

  it("asks for a copy again when there was no answer", async () => {
    snapshots.mockImplementationOnce(() => Promise.reject(new Error("away")));
    snapshot = { epoch: "e1", streams: { "user.7": { version: 9, entities: { score: 9 } } } };
    await far().say({ op: "reload", stream: "user.7", version: 9, why: "too_old" });
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    expect((await base.read("user.7"))?.version).toBe(9);
    expect(far().readyState).toBe(1);
  });

  it("keeps a stream that was taken away and given back while it was asked for", async () => {
    engine.want([]);
    engine.want(["user.7"]);
    await far().say({ op: "gone", stream: "user.7" });
    expect(await base.read("user.7")).toBeNull();
    await far().say(patch(3, 5, { score: 7 }), { op: "synced", streams: 1 });
    expect(far().last("follow")).toMatchObject({ have: { "user.7": null } });
    snapshot = { epoch: "e1", streams: { "user.7": { version: 5, entities: { score: 7 } } } };
    await far().say({ op: "reload", stream: "user.7", version: 5, why: "new" }, { op: "synced", streams: 1 });
    await far().say(patch(5, 6, { score: 8 }));
    expect(await base.read("user.7")).toEqual({ version: 6, entities: { score: 8 } });
  });
});

describe("the line", () => {
  it("pings, and reconnects when nobody answers in ten seconds", async () => {
    await getReady();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(far().last("ping")).toBeDefined();
    const before = Far.all.length;
    await vi.advanceTimersByTimeAsync(10_000 + 1_000);
    expect(Far.all.length).toBe(before + 1);
  });

  it("follows everything again when the sums differ", async () => {
    await getReady();
    await far().say({ op: "pong", n: 1, sum: 3 });
    expect(far().sent.filter((frame) => frame.op === "follow")).toHaveLength(1);
    await far().say({ op: "pong", n: 1, sum: 4 });
    expect(far().sent.filter((frame) => frame.op === "follow")).toHaveLength(2);
  });

  it("is quiet about a short drop and says so about a long one", async () => {
    await getReady();
    await far().hangUp(1006);
    expect(links.at(-1)).toBe("open");
    await vi.advanceTimersByTimeAsync(4_500);
    expect(links.at(-1)).toBe("away");
  });

  it("waits exactly as long as a goodbye asks", async () => {
    await getReady();
    await far().say({ op: "bye", code: 1012, after_ms: 7_400 });
    await far().hangUp(1012);
    const before = Far.all.length;
    await vi.advanceTimersByTimeAsync(7_399);
    expect(Far.all.length).toBe(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(Far.all.length).toBe(before + 1);
  });

  it("refreshes a session that is refused, and leaves when it is over", async () => {
    await getReady();
    await far().hangUp(4401);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(refresh).toHaveBeenCalledTimes(1);
    refresh.mockResolvedValue(false);
    await far().hangUp(4401);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(ends).toEqual(["signed-out"]);
  });

  it("sleeps when replaced, until somebody looks", async () => {
    await getReady();
    await far().hangUp(4409);
    const before = Far.all.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(Far.all.length).toBe(before);
    engine.nudge();
    await settle();
    expect(Far.all.length).toBe(before + 1);
  });

  it("stops for good when banned or too old", async () => {
    await getReady();
    await far().hangUp(4403);
    expect(ends).toEqual(["banned"]);
    const before = Far.all.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(Far.all.length).toBe(before);
  });

  it("lets go of streams that nobody wants and asks for new ones", async () => {
    await getReady();
    engine.want(["app.5"]);
    expect(far().last("unfollow")).toEqual({ op: "unfollow", streams: ["user.7"] });
    expect(far().last("follow")).toEqual({ op: "follow", epoch: "e1", have: { "app.5": null } });
  });
});
