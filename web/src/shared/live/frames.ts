/** Protocol 1, the server's side. A wide range comes from a resume, a single version from this moment. */
export interface PatchFrame {
  op: "patch";
  stream: string;
  from: number;
  to: number;
  put?: Record<string, unknown>;
  drop?: string[];
  why?: string;
}

export type ServerFrame =
  | PatchFrame
  | { op: "hello"; v: number; epoch: string; user: number | null; socket: string; beat: number }
  | { op: "reload"; stream: string; version: number; why: string }
  | { op: "gone"; stream: string }
  | { op: "synced"; streams: number }
  | { op: "pong"; n: number; sum: number }
  | { op: "state"; live: "stale" | "fresh" }
  | { op: "eph"; stream: string; k: string }
  | { op: "error"; code: string; re?: string }
  | { op: "bye"; code: number; after_ms: number };

const KNOWN = new Set(["patch", "hello", "reload", "gone", "synced", "pong", "state", "eph", "error", "bye"]);

/** A frame, or null for what this client does not know: newer servers may say more. */
export function readFrame(text: string): ServerFrame | null {
  try {
    const frame = JSON.parse(text) as { op?: unknown };
    return typeof frame.op === "string" && KNOWN.has(frame.op) ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
