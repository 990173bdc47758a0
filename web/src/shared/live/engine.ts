import type { Snapshot } from "./base";
import { type PatchFrame, readFrame, type ServerFrame } from "./frames";
import { afterClose, backoff, checksum, judge } from "./reduce";

/** What the engine needs of the device's base (see base.ts). */
export interface EngineBase {
  epoch(): Promise<string | null>;
  versions(): Promise<Map<string, number>>;
  apply(frame: PatchFrame): Promise<"apply" | "drop" | "gap">;
  replace(snapshot: Snapshot): Promise<void>;
  wipe(stream: string): Promise<void>;
  begin(epoch: string): Promise<void>;
}

export interface Change {
  stream: string;
  put: Record<string, unknown>;
  drop: string[];
  why: string | null;
  whole: boolean;
  /** It happens at this moment: not part of a resume or a snapshot. */
  now: boolean;
}

export type LinkState = "idle" | "open" | "away" | "stale";

export interface EngineDeps {
  base: EngineBase;
  open: () => WebSocket;
  /** Fresh copies over HTTP; throws when there is no answer. */
  snapshots: (streams: string[]) => Promise<Snapshot>;
  /** Make the session fresh; false when it is over. Throws when there is no answer. */
  refresh: () => Promise<boolean>;
  isStale: () => boolean;
  changed: (change: Change) => void;
  linked: (state: LinkState) => void;
  /** The session is over, this client is too old, or the person is banned. */
  ended: (reason: "signed-out" | "update" | "banned" | "protocol") => void;
  random?: () => number;
}

type TimerName = "retry" | "beat" | "pong" | "healthy" | "quiet" | "load";

/** A patch that cannot be applied yet, and whether it told of its own moment when it came. */
interface Early {
  frame: PatchFrame;
  now: boolean;
}

const BEAT_MS = 25_000;
const PONG_MS = 10_000;
const GAP_MS = 500;
const HEALTHY_MS = 60_000;
const SNAPSHOT_STREAMS = 50;
/** A short drop is nobody's business: the strip appears after this long without a connection. */
const QUIET_MS = 4_000;

/** The one socket of this browser: resume, gap rule, backoff, heartbeat (live.md §5–9). Runs in the leader tab only. */
export class LiveEngine {
  private readonly deps: Required<EngineDeps>;
  private readonly wanted = new Set<string>();
  /** Versions this engine stands at; null: a snapshot is awaited. */
  private readonly have = new Map<string, number | null>();
  private readonly held = new Map<string, Early[]>();
  private readonly gapTimers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Questions on this line without an answer yet, in order: each ends with `synced`. */
  private asked: ReadonlySet<string>[] = [];
  /** Gone, though asked for since: let in again perhaps, the answer will tell. */
  private readonly doubtful = new Set<string>();
  /** Streams of which a fresh copy must be asked for. */
  private readonly toLoad = new Set<string>();
  private loading = false;
  private failedLoads = 0;
  private socket: WebSocket | null = null;
  private work: Promise<void> = Promise.resolve();
  private ready = false;
  private synced = false;
  private running = false;
  private asleep = false;
  private attempt = 0;
  private refused = 0;
  private epoch: string | null = null;
  private byeAfter: number | null = null;
  private timers = new Map<TimerName, ReturnType<typeof setTimeout>>();

  constructor(deps: EngineDeps) {
    this.deps = { random: Math.random, ...deps };
  }

  async start(): Promise<void> {
    this.running = true;
    this.epoch = await this.deps.base.epoch();
    for (const [stream, version] of await this.deps.base.versions()) this.have.set(stream, version);
    if (this.running) void this.connect();
  }

  stop(): void {
    this.running = false;
    for (const timer of [...this.timers.values(), ...this.gapTimers.values()]) clearTimeout(timer);
    this.timers.clear();
    this.gapTimers.clear();
    this.toLoad.clear();
    this.drop();
    this.deps.linked("idle");
  }

  /** Follow exactly these streams from now on. */
  want(streams: Iterable<string>): void {
    const next = new Set(streams);
    const added = [...next].filter((stream) => !this.wanted.has(stream));
    const left = [...this.wanted].filter((stream) => !next.has(stream));
    for (const stream of added) this.wanted.add(stream);
    for (const stream of left) this.wanted.delete(stream);
    if (!this.ready) return;
    if (left.length > 0) this.send({ op: "unfollow", streams: left });
    if (added.length > 0) this.follow(added);
  }

  /** The network is back, the tab is shown, the machine woke: look at once. */
  nudge(): void {
    if (!this.running) return;
    this.asleep = false;
    if (this.ready) this.ping();
    else if (!this.socket) {
      this.clear("retry");
      void this.connect();
    }
  }

  private async connect(): Promise<void> {
    if (!this.running || this.socket || this.asleep) return;
    this.later("quiet", QUIET_MS, () => this.deps.linked("away"));
    if (this.deps.isStale() || this.refused >= 2) {
      try {
        if (!(await this.deps.refresh())) return this.end("signed-out");
        this.refused = 0;
      } catch {
        return this.retry();
      }
      if (!this.running || this.socket) return;
    }
    const socket = this.deps.open();
    this.socket = socket;
    socket.onmessage = (event) => {
      const frame = readFrame(String(event.data));
      if (frame) void this.enqueue(() => (socket === this.socket ? this.take(frame) : Promise.resolve()));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  /** Frames are handled one after another: the base is asynchronous, the order is not. */
  private enqueue(step: () => Promise<void> | void): Promise<void> {
    this.work = this.work.then(step).catch(() => this.reconnectSoon());
    return this.work;
  }

  private async take(frame: ServerFrame): Promise<void> {
    switch (frame.op) {
      case "hello":
        return this.greeted(frame.epoch);
      case "patch":
        return this.patch({ frame, now: this.synced });
      case "reload":
        return this.mustLoad(frame.stream);
      case "gone":
        return this.gone(frame.stream);
      case "synced":
        await this.answered();
        this.synced = true;
        this.clear("quiet");
        return this.deps.linked("open");
      case "pong":
        return this.checked(frame.n, frame.sum);
      case "state":
        return this.deps.linked(frame.live === "stale" ? "stale" : "open");
      case "bye":
        this.byeAfter = frame.after_ms;
        return;
      default:
        return;
    }
  }

  private async greeted(epoch: string): Promise<void> {
    const again = this.ready;
    this.refused = 0;
    this.ready = true;
    if (this.epoch !== epoch) {
      await this.deps.base.begin(epoch);
      this.have.clear();
      this.held.clear();
      this.toLoad.clear();
      this.epoch = epoch;
    }
    this.later("healthy", HEALTHY_MS, () => {
      this.attempt = 0;
    });
    // A second hello on an open line tells of a new epoch: the server answers every stream by itself.
    if (again) this.synced = this.wanted.size === 0;
    else if (this.wanted.size > 0) this.follow([...this.wanted]);
    else this.deps.linked("open");
    this.scheduleBeat();
  }

  private follow(streams: string[]): void {
    this.synced = false;
    this.asked.push(new Set(streams));
    this.send({
      op: "follow",
      epoch: this.epoch,
      have: Object.fromEntries(streams.map((name) => [name, this.have.get(name) ?? null])),
    });
  }

  private async gone(stream: string): Promise<void> {
    await this.deps.base.wipe(stream);
    this.held.delete(stream);
    this.toLoad.delete(stream);
    if (this.asked.some((streams) => streams.has(stream))) {
      this.doubtful.add(stream);
      this.have.set(stream, null);
    } else {
      this.wanted.delete(stream);
      this.have.delete(stream);
    }
    this.deps.changed({ stream, put: {}, drop: [], why: null, whole: true, now: false });
  }

  /** The oldest question is answered. A stream that was gone meanwhile is ours again only if the answer spoke of it. */
  private async answered(): Promise<void> {
    for (const stream of this.asked.shift() ?? []) {
      if (!this.doubtful.delete(stream) || this.have.get(stream) !== null) continue;
      // A patch upon what has been wiped since: let in again, so a whole copy is needed.
      if (this.held.has(stream)) this.follow([stream]);
      else await this.gone(stream);
    }
  }

  private async patch(early: Early): Promise<void> {
    const { frame, now } = early;
    if (!this.wanted.has(frame.stream)) return;
    const verdict = judge(this.have.get(frame.stream) ?? null, frame);
    if (verdict === "drop") return;
    if (verdict === "gap") return this.hold(early);
    if ((await this.deps.base.apply(frame)) === "gap") return this.hold(early);
    this.have.set(frame.stream, frame.to);
    this.deps.changed({
      stream: frame.stream,
      put: frame.put ?? {},
      drop: frame.drop ?? [],
      why: frame.why ?? null,
      whole: false,
      now,
    });
    await this.release(frame.stream);
  }

  /** Too early: keep it, and if nothing closes the gap in half a second, ask for that stream again. */
  private hold(early: Early): void {
    const { frame } = early;
    this.held.set(frame.stream, [...(this.held.get(frame.stream) ?? []), early]);
    if (this.have.get(frame.stream) === null || this.gapTimers.has(frame.stream)) return;
    const timer = setTimeout(() => {
      this.gapTimers.delete(frame.stream);
      if (this.ready && this.wanted.has(frame.stream)) this.follow([frame.stream]);
    }, GAP_MS);
    this.gapTimers.set(frame.stream, timer);
  }

  private async release(stream: string): Promise<void> {
    const waiting = this.held.get(stream);
    if (!waiting) return;
    this.held.delete(stream);
    const timer = this.gapTimers.get(stream);
    if (timer) clearTimeout(timer);
    this.gapTimers.delete(stream);
    for (const early of waiting.toSorted((one, other) => one.frame.from - other.frame.from)) await this.patch(early);
  }

  private mustLoad(stream: string): void {
    if (!this.wanted.has(stream)) return;
    this.have.set(stream, null);
    this.toLoad.add(stream);
    void this.load();
  }

  /** Ask for fresh copies beside the frames: a slow answer keeps neither other streams waiting nor a pong. */
  private async load(): Promise<void> {
    if (this.loading || !this.running) return;
    this.loading = true;
    let asked: string[] = [];
    try {
      while (this.toLoad.size > 0) {
        asked = [...this.toLoad].slice(0, SNAPSHOT_STREAMS);
        for (const stream of asked) this.toLoad.delete(stream);
        const snapshot = await this.deps.snapshots(asked);
        this.failedLoads = 0;
        await this.enqueue(() => this.loaded(asked, snapshot));
      }
    } catch {
      for (const stream of asked) if (this.have.get(stream) === null) this.toLoad.add(stream);
      if (this.running) this.later("load", backoff(this.failedLoads++, this.deps.random), () => void this.load());
    } finally {
      this.loading = false;
    }
  }

  private async loaded(asked: string[], snapshot: Snapshot): Promise<void> {
    // The server began another epoch while we asked: a hello with it is on its way, and each stream's answer after it.
    if (snapshot.epoch !== this.epoch) return;
    const awaited = asked.filter((stream) => this.have.get(stream) === null);
    for (const stream of awaited) if (!(stream in snapshot.streams)) await this.gone(stream);
    const streams = Object.fromEntries(Object.entries(snapshot.streams).filter(([stream]) => awaited.includes(stream)));
    await this.deps.base.replace({ epoch: snapshot.epoch, streams });
    for (const [stream, fresh] of Object.entries(streams)) {
      this.have.set(stream, fresh.version);
      this.deps.changed({ stream, put: { ...fresh.entities }, drop: [], why: null, whole: true, now: false });
      await this.release(stream);
    }
  }

  private scheduleBeat(): void {
    this.later("beat", BEAT_MS * (0.8 + 0.4 * this.deps.random()), () => this.ping());
  }

  private ping(): void {
    if (!this.ready) return;
    this.send({ op: "ping" });
    this.later("pong", PONG_MS, () => this.reconnectSoon());
    this.scheduleBeat();
  }

  private checked(count: number, sum: number): void {
    this.clear("pong");
    const mine = [...this.wanted].map((stream) => this.have.get(stream));
    const settled = mine.filter((version) => version !== null && version !== undefined);
    if (settled.length !== mine.length || this.asked.length > 0) return;
    if (settled.length !== count || checksum(settled) !== sum) this.follow([...this.wanted]);
  }

  private closed(code: number): void {
    const wasReady = this.ready;
    this.drop();
    if (!this.running) return;
    if (!wasReady) this.refused += 1;
    const next = afterClose(code);
    switch (next.step) {
      case "refresh":
        this.refused = 2;
        this.retry(0);
        break;
      case "sleep":
        this.asleep = true;
        this.deps.linked("away");
        break;
      case "update":
        this.end("update");
        break;
      case "stop":
        this.end(next.reason);
        break;
      case "wait":
        this.retry(next.ms);
        break;
      case "again":
        this.retry(this.byeAfter ?? undefined);
    }
  }

  private retry(ms = backoff(this.attempt, this.deps.random)): void {
    this.attempt += 1;
    this.byeAfter = null;
    if (!this.timers.has("quiet")) this.later("quiet", QUIET_MS, () => this.deps.linked("away"));
    this.later("retry", ms, () => void this.connect());
  }

  private reconnectSoon(): void {
    if (!this.running) return;
    this.drop();
    this.retry();
  }

  private end(reason: "signed-out" | "update" | "banned" | "protocol"): void {
    this.stop();
    this.deps.ended(reason);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    this.synced = false;
    this.asked = [];
    this.doubtful.clear();
    for (const name of ["beat", "pong", "healthy"] as const) this.clear(name);
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    }
  }

  private send(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private later(name: TimerName, ms: number, run: () => void): void {
    this.clear(name);
    const timer = setTimeout(() => {
      this.timers.delete(name);
      run();
    }, ms);
    this.timers.set(name, timer);
  }

  private clear(name: TimerName): void {
    const timer = this.timers.get(name);
    if (timer) clearTimeout(timer);
    this.timers.delete(name);
  }
}
