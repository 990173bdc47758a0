import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Base, type Snapshot } from "./base";
import { type EngineBase, LiveEngine } from "./engine";
import type { PatchFrame } from "./frames";
import { applyFrame, checksum, type StreamBase } from "./reduce";

/**
 * What devices lived through in the server's simulation of bad days (server/tests/sim/traces.py), replayed into this
 * client: connections that break, copies that come late, streams taken away and given back, a restored database.
 */
type Frame = { op: string; stream?: string; epoch?: string } & Record<string, unknown>;
type Event =
  | ["open"]
  | ["closed", number]
  | ["frame", Frame]
  | ["want", string[]]
  | ["asked", Record<string, number | null>]
  | ["copies", Snapshot & { gone: string[] }]
  | ["sent" | "refused", string]
  | ["answered", string, Record<string, number>];

interface Trace {
  seed: number;
  user: number;
  events: Event[];
  ends: Record<string, Record<string, unknown>>;
}

const file = join(process.cwd(), "../server/tests/contracts/live/traces.json.gz");
const traces = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Trace[];

/** The client's end of a connection, as the replay holds it. */
class Far {
  readonly sent: Record<string, unknown>[] = [];
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(private readonly hear: (far: Far, frame: Frame) => void) {}

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    this.hear(this, frame);
  }

  close(): void {
    this.readyState = 3;
  }
}

/** The device: real engine, real base on a fake IndexedDB, and a server that knows no more than the trace has told. */
class Replay {
  readonly base: Base;
  readonly asks: Record<string, number | null>[] = [];
  readonly engine: LiveEngine;
  readonly ended: string[] = [];
  lines = 0;
  private far: Far | null = null;
  private busy = 0;
  private epoch = "";
  private readonly wanted = new Set<string>();
  private readonly known = new Map<string, { whole: StreamBase; patches: PatchFrame[]; first: number }>();
  private readonly onTheWay = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly waiting: { streams: string[]; answer: (snapshot: Snapshot) => void }[] = [];

  /** With `answers` the replay itself answers what is asked, from what the trace has told so far. */
  constructor(
    name: string,
    private readonly answers: boolean,
  ) {
    this.base = new Base(name);
    this.engine = new LiveEngine({
      base: this.counted(this.base),
      open: () => this.open() as unknown as WebSocket,
      snapshots: (streams) => this.copies(streams),
      refresh: async () => true,
      isStale: () => false,
      changed: () => undefined,
      linked: () => undefined,
      ended: (reason) => this.ended.push(reason),
      random: () => 0,
    });
  }

  async play(event: Event, lose: (frame: PatchFrame) => boolean): Promise<void> {
    switch (event[0]) {
      case "open":
        await this.connected();
        break;
      case "closed":
        this.hangUp(event[1]);
        break;
      case "frame":
        await this.frame(event[1], lose);
        break;
      case "want":
        this.want(event[1]);
        break;
      case "copies":
        this.arrived(event[1]);
        break;
      case "sent":
        await this.base.queue({ client_id: event[1], state: "sending", versions: {}, body: null });
        break;
      case "refused":
        await this.base.queue({ client_id: event[1], state: "failed", versions: {}, body: null });
        break;
      case "answered":
        await this.base.accept(event[1], event[2]);
    }
    await this.settled();
  }

  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet += 1) {
      await new Promise((done) => setImmediate(done));
      if (this.busy > 0) quiet = -1;
    }
  }

  /** Fake time passes: backoff of nothing, half a second of patience with gaps, heartbeats. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await vi.advanceTimersByTimeAsync(Math.min(500, left));
      await this.settled();
    }
  }

  async connected(): Promise<void> {
    for (let turn = 0; turn < 100 && this.far?.readyState !== 1; turn += 1) await this.pass(50);
    expect(this.far?.readyState).toBe(1);
  }

  private open(): Far {
    this.lines += 1;
    this.far = new Far((far, frame) => this.hear(far, frame));
    if (this.answers && this.epoch) this.say(this.far, this.hello());
    return this.far;
  }

  private hangUp(code: number): void {
    const { far } = this;
    if (far?.readyState !== 1) return;
    far.readyState = 3;
    far.onclose?.({ code });
  }

  /** A screen is opened; one that was open already is closed and opened again. */
  private want(streams: string[]): void {
    this.engine.want([...this.wanted].filter((stream) => !streams.includes(stream)));
    for (const stream of streams) {
      this.wanted.add(stream);
      this.refused.delete(stream);
    }
    this.engine.want(this.wanted);
  }

  private async frame(frame: Frame, lose: (frame: PatchFrame) => boolean): Promise<void> {
    this.learn(frame);
    if (frame.op === "patch" && lose(frame as unknown as PatchFrame)) return;
    if (this.answers && ["synced", "pong"].includes(frame.op)) return;
    if (this.answers) await this.connected();
    if (this.far) this.say(this.far, frame);
  }

  private learn(frame: Frame): void {
    const stream = frame.stream ?? "";
    switch (frame.op) {
      case "hello":
        if (this.epoch === frame.epoch) break;
        this.epoch = frame.epoch ?? "";
        this.known.clear();
        this.onTheWay.clear();
        this.refused.clear();
        this.answerWaiting({ epoch: "another", streams: {} }, () => true);
        break;
      case "reload":
        this.onTheWay.add(stream);
        break;
      case "gone":
        this.takenAway(stream);
        this.answerWaiting({ epoch: this.epoch, streams: {} }, (one) => one === stream);
        break;
      case "patch":
        this.patched(frame as unknown as PatchFrame);
    }
  }

  private takenAway(stream: string): void {
    this.known.delete(stream);
    this.onTheWay.delete(stream);
    this.refused.add(stream);
    this.wanted.delete(stream); // and its screen is closed
  }

  private patched(frame: PatchFrame): void {
    const known = this.known.get(frame.stream);
    if (!known) return;
    known.patches.push(frame);
    if (frame.from <= known.whole.version && frame.to > known.whole.version)
      known.whole = applyFrame(known.whole, frame);
  }

  private arrived(copies: Snapshot & { gone: string[] }): void {
    if (copies.epoch === this.epoch) {
      for (const stream of copies.gone) if (this.onTheWay.has(stream)) this.takenAway(stream);
      for (const [stream, whole] of Object.entries(copies.streams)) {
        if (!this.onTheWay.delete(stream)) continue;
        this.known.set(stream, { whole, patches: [], first: whole.version });
      }
    }
    for (const one of this.waiting.splice(0)) {
      if (one.streams.some((stream) => stream in copies.streams)) one.answer(only(copies, one.streams));
      else this.waiting.push(one);
    }
  }

  private answerWaiting(snapshot: Snapshot, concerned: (stream: string) => boolean): void {
    for (const one of this.waiting.splice(0)) {
      if (one.streams.some(concerned)) one.answer(snapshot);
      else this.waiting.push(one);
    }
  }

  private copies(streams: string[]): Promise<Snapshot> {
    if (streams.some((stream) => this.onTheWay.has(stream)))
      return new Promise((answer) => this.waiting.push({ streams, answer }));
    const whole = streams.flatMap((stream) => {
      const known = this.known.get(stream);
      return known ? [[stream, known.whole] as const] : [];
    });
    return Promise.resolve({ epoch: this.epoch, streams: Object.fromEntries(whole) });
  }

  private hear(far: Far, frame: Frame): void {
    if (frame.op === "follow") {
      const have = frame.have as Record<string, number | null>;
      this.asks.push(have);
      if (this.answers && frame.epoch === this.epoch) this.answer(far, have);
    }
    if (frame.op === "ping" && this.answers) {
      const followed = [...this.known.values()].map((known) => known.whole.version);
      this.say(far, { op: "pong", n: followed.length, sum: checksum(followed) });
    }
  }

  private answer(far: Far, have: Record<string, number | null>): void {
    for (const [stream, mine] of Object.entries(have)) {
      const known = this.known.get(stream);
      if (this.onTheWay.has(stream)) this.say(far, { op: "reload", stream, version: 0, why: "new" });
      else if (!known && this.refused.has(stream)) this.say(far, { op: "gone", stream });
      else if (!known)
        continue; // the trace has not come to this answer yet
      else if (mine === null || mine < known.first)
        this.say(far, { op: "reload", stream, version: known.whole.version, why: "new" });
      else for (const patch of known.patches) if (patch.to > mine) this.say(far, { ...patch });
    }
    this.say(far, { op: "synced", streams: Object.keys(have).length });
  }

  private hello(): Frame {
    return { op: "hello", v: 1, epoch: this.epoch, user: 1, socket: "s", beat: 25 };
  }

  private say(far: Far, frame: Frame): void {
    setImmediate(() => {
      if (far.readyState === 1) far.onmessage?.({ data: JSON.stringify(frame) });
    });
    this.busy += 1;
    setImmediate(() => {
      this.busy -= 1;
    });
  }

  /** The base itself, with a count of what is not finished. */
  private counted(base: Base): EngineBase {
    return new Proxy(base, {
      get: (target, name) => {
        const member = target[name as keyof Base] as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => {
          this.busy += 1;
          return member.apply(target, given).finally(() => {
            this.busy -= 1;
          });
        };
      },
    });
  }
}

const only = (copies: Snapshot, streams: string[]): Snapshot => ({
  epoch: copies.epoch,
  streams: Object.fromEntries(Object.entries(copies.streams).filter(([stream]) => streams.includes(stream))),
});

/** A small generator of one's own: a seed always gives the same day. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** What the disk holds, stream by stream. */
async function held(base: Base): Promise<Record<string, unknown>> {
  const streams = [...(await base.versions()).keys()];
  return Object.fromEntries(
    await Promise.all(streams.map(async (stream) => [stream, (await base.read(stream))?.entities])),
  );
}

/** From now on a share of the transactions is broken off, some steps after its first write. */
function breakTransactions(roll: () => number, share: number): { broken: () => number } {
  let broken = 0;
  const left = new WeakMap<IDBTransaction, number>();
  for (const name of ["put", "delete", "clear"] as const) {
    const write = IDBObjectStore.prototype[name] as (...given: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (this: IDBObjectStore, ...given: unknown[]) {
      const request = write.apply(this, given);
      const steps = left.get(this.transaction) ?? (roll() < share ? Math.floor(roll() * 6) : Number.POSITIVE_INFINITY);
      left.set(this.transaction, steps - 1);
      if (steps === 0) {
        broken += 1;
        this.transaction.abort();
      }
      return request;
    } as never);
  }
  return { broken: () => broken };
}

/** What all days together had to bear. */
const harm = { broken: 0, lost: 0 };

let replay: Replay;

async function begin(trace: Trace, answers: boolean): Promise<void> {
  replay = new Replay(`trace-${trace.seed}-${answers}`, answers);
  await replay.engine.start();
  await replay.settled();
}

it("is given days on which everything happens", () => {
  expect(traces).toHaveLength(20);
  const ops = new Set(traces.flatMap((trace) => trace.events.map(([, frame]) => (frame as Frame)?.op)));
  for (const op of ["hello", "patch", "reload", "gone", "synced", "pong"]) expect(ops).toContain(op);
});

describe.each(traces)("the day of seed $seed", (trace) => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    replay.engine.stop();
    vi.useRealTimers();
    await replay.base.destroy();
  });

  it("asks what the other client asked, and ends with what the server holds", async () => {
    await begin(trace, false);
    for (const event of trace.events) await replay.play(event, () => false);
    expect(await held(replay.base)).toEqual(trace.ends);
    const others = trace.events.flatMap((event) => (event[0] === "asked" ? [event[1]] : []));
    expect(replay.asks.map((have) => Object.keys(have).toSorted())).toEqual(
      others.map((have) => Object.keys(have).toSorted()),
    );
    for (const [index, other] of others.entries()) {
      for (const [stream, version] of Object.entries(other)) {
        if (version !== null) expect([index, stream, replay.asks[index]?.[stream]]).toEqual([index, stream, version]);
      }
    }
    expect(replay.ended).toEqual([]);
    const left = await replay.base.waiting();
    expect(left.filter((row) => row.state === "accepted")).toEqual([]);
  });

  it("ends the same when transactions are broken off and frames are lost", async () => {
    const roll = dice(trace.seed);
    await begin(trace, true);
    const disk = breakTransactions(roll, 0.2);
    let lost = 0;
    for (const event of trace.events) {
      if (["sent", "answered", "refused"].includes(event[0])) continue;
      await replay.play(event, () => {
        const loses = roll() < 0.1;
        lost += Number(loses);
        return loses;
      });
      await replay.pass(600);
    }
    vi.restoreAllMocks();
    await replay.pass(60_000);
    expect(await held(replay.base)).toEqual(trace.ends);
    harm.broken += disk.broken();
    harm.lost += lost;
  });
});

it("has broken and lost enough to mean something", () => {
  expect(harm.broken).toBeGreaterThan(20);
  expect(harm.lost).toBeGreaterThan(50);
});
