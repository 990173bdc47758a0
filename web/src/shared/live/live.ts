import type { QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "../api/client";
import { onGoodbye } from "../api/goodbye";
import { isStale, refreshSession } from "../api/session";
import { dispatch } from "./dispatch";
import type { Change, LinkState, LiveEngine } from "./engine";
import type { LiveFeature } from "./handlers";
import { useConnection } from "./online";

/** Said between the tabs of one browser. */
type Said =
  | { is: "change"; change: Change }
  | { is: "link"; state: LinkState }
  | { is: "leader" }
  | { is: "want"; tab: string; streams: string[] }
  | { is: "ended"; reason: string };

const LOCK = "live-leader";

interface LiveOptions {
  queries: QueryClient;
  features: readonly LiveFeature[];
  onSignedOut: () => void;
  onUpdate: () => void;
}

/**
 * Live updates of this tab. One tab of the browser, the leader, holds the socket and writes the base; the others hear
 * of each change over a BroadcastChannel. When the leader closes, the lock passes on and the next one resumes.
 */
class Live {
  private readonly tab = crypto.randomUUID();
  private readonly follows = new Map<string, number>();
  private readonly wants = new Map<string, string[]>();
  private channel: BroadcastChannel | null = null;
  private engine: LiveEngine | null = null;
  private options: LiveOptions | null = null;
  private resign: (() => void) | null = null;
  private abort: AbortController | null = null;

  start(options: LiveOptions): void {
    if (this.options) return;
    this.options = options;
    this.channel = new BroadcastChannel("om-live");
    this.channel.onmessage = (event: MessageEvent<Said>) => this.hear(event.data);
    this.abort = new AbortController();
    void navigator.locks.request(LOCK, { signal: this.abort.signal }, () => this.lead()).catch(() => undefined);
    window.addEventListener("online", this.nudge);
    document.addEventListener("visibilitychange", this.nudge);
    window.addEventListener("pagehide", this.leave);
    this.announceWants();
  }

  stop(): void {
    window.removeEventListener("online", this.nudge);
    document.removeEventListener("visibilitychange", this.nudge);
    window.removeEventListener("pagehide", this.leave);
    this.leave();
    this.abort?.abort();
    this.engine?.stop();
    this.engine = null;
    this.resign?.();
    this.channel?.close();
    this.channel = null;
    this.options = null;
    useConnection.setState({ socket: "idle" });
  }

  /** Follow a stream while somebody in this tab wants it. Returns the way to let go. */
  follow(stream: string): () => void {
    this.follows.set(stream, (this.follows.get(stream) ?? 0) + 1);
    this.announceWants();
    return () => {
      const left = (this.follows.get(stream) ?? 1) - 1;
      if (left > 0) this.follows.set(stream, left);
      else this.follows.delete(stream);
      this.announceWants();
    };
  }

  async forget(): Promise<void> {
    this.stop();
    const { Base } = await import("./base");
    await new Base().destroy();
  }

  private async lead(): Promise<void> {
    // Engine and database are needed by one tab, after the first paint: they do not weigh on the first route.
    const [{ Base }, { LiveEngine }] = await Promise.all([import("./base"), import("./engine")]);
    if (!this.options) return;
    this.engine = new LiveEngine({
      base: new Base(),
      open: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/live`),
      snapshots: async (streams) =>
        unwrap(api.GET("/api/v1/live/snapshots", { params: { query: { streams: streams.join(",") } } })),
      refresh: () => refreshSession(),
      isStale,
      changed: (change) => this.tell({ is: "change", change }),
      linked: (state) => this.tell({ is: "link", state }),
      ended: (reason) => this.tell({ is: "ended", reason }),
    });
    this.tell({ is: "leader" });
    this.collect();
    void this.engine.start();
    await new Promise<void>((resolve) => {
      this.resign = resolve;
    });
  }

  private tell(said: Said): void {
    this.channel?.postMessage(said);
    this.hear(said);
  }

  private hear(said: Said): void {
    const { options } = this;
    if (!options) return;
    switch (said.is) {
      case "change":
        dispatch(options.queries, options.features, said.change);
        break;
      case "link":
        useConnection.setState({ socket: said.state });
        break;
      case "leader":
        this.announceWants();
        break;
      case "want":
        if (said.streams.length > 0) this.wants.set(said.tab, said.streams);
        else this.wants.delete(said.tab);
        this.collect();
        break;
      case "ended":
        if (said.reason === "signed-out") options.onSignedOut();
        if (said.reason === "update") options.onUpdate();
    }
  }

  private collect(): void {
    this.engine?.want(new Set([...this.follows.keys(), ...[...this.wants.values()].flat()]));
  }

  private announceWants(): void {
    this.channel?.postMessage({ is: "want", tab: this.tab, streams: [...this.follows.keys()] } satisfies Said);
    this.collect();
  }

  private readonly nudge = () => {
    if (document.visibilityState === "visible") this.engine?.nudge();
  };

  private readonly leave = () => {
    this.channel?.postMessage({ is: "want", tab: this.tab, streams: [] } satisfies Said);
  };
}

const live = new Live();

export const startLive = (options: LiveOptions): void => live.start(options);
export const stopLive = (): void => live.stop();

onGoodbye(() => live.forget());

/** Keep a stream followed while this component is mounted: `useFollow(`app.${sourceId}`)`; null follows nothing. */
export function useFollow(stream: string | null): void {
  useEffect(() => (stream === null ? undefined : live.follow(stream)), [stream]);
}
