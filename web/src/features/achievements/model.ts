/** What the wall of badges needs to know, without a screen. */
import type { components } from "@/shared/api/schema";
import type { BadgeState } from "./art/badge-art";

export type Progress = components["schemas"]["StandingOut"];
export type Score = components["schemas"]["ScoreOut"];
export type Explanation = components["schemas"]["ExplainOut"];
export type WhyNode = components["schemas"]["WhyNodeOut"];

export interface Shelf {
  readonly family: string;
  readonly earned: number;
  readonly badges: readonly Progress[];
}

/** Shelves in the order in which the server names families; on each: earned first, then the nearest. */
export function shelvesOf(all: readonly Progress[]): readonly Shelf[] {
  const families = new Map<string, Progress[]>();
  for (const badge of all) families.set(badge.family, [...(families.get(badge.family) ?? []), badge]);
  return [...families].map(([family, badges]) => ({
    family,
    earned: badges.filter(isOnShelf).length,
    badges: badges.toSorted(byStanding),
  }));
}

/** At least one tier is earned. */
export function isOnShelf(badge: Progress): boolean {
  return badge.tier > 0;
}

/** Everything that can be earned is earned: nothing left to fill. */
export function isComplete(badge: Progress): boolean {
  return isOnShelf(badge) && badge.tier >= badge.tiers.length;
}

function byStanding(one: Progress, other: Progress): number {
  return (
    standing(one) - standing(other) ||
    (other.earned_at ?? "").localeCompare(one.earned_at ?? "") ||
    other.share - one.share
  );
}

function standing(badge: Progress): number {
  if (isOnShelf(badge)) return 0;
  return badge.state === "progress" ? 1 : 2;
}

export interface Wall {
  readonly earned: number;
  readonly total: number;
  /** The earned one that the fewest have. */
  readonly rarest: Progress | null;
}

export function wallOf(all: readonly Progress[]): Wall {
  const earned = all.filter(isOnShelf);
  const rarest = earned
    .filter((badge) => badge.rarity !== null)
    .toSorted((one, other) => (one.rarity ?? 1) - (other.rarity ?? 1))[0];
  return { earned: earned.length, total: all.length, rarest: rarest ?? null };
}

/** Unfinished ones with something done, nearest first; then those that wait for a first step. */
export function nextOf(all: readonly Progress[], count: number): readonly Progress[] {
  return all
    .filter((badge) => !isComplete(badge) && badge.state !== "closed")
    .toSorted((one, other) => other.share - one.share || one.points - other.points)
    .slice(0, count);
}

/** Badges whose name or description holds every word of the query, whatever its case. */
export function search(all: readonly Progress[], query: string): readonly Progress[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter((badge) => {
    const text = `${badge.name} ${badge.description}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Rare enough to be told in the spark colour. */
export const RARE_SHARE = 0.05;

/** What stands under a badge's name. */
export type Caption =
  | { readonly kind: "rare"; readonly share: number }
  | { readonly kind: "today" }
  | { readonly kind: "earned"; readonly at: string }
  | { readonly kind: "progress"; readonly value: number; readonly target: number }
  | { readonly kind: "waiting"; readonly target: number }
  | { readonly kind: "closed" };

export function captionOf(badge: Progress, now: Date): Caption {
  if (badge.state === "closed") return { kind: "closed" };
  if (badge.state === "earned" && badge.earned_at) {
    if (sameDay(new Date(badge.earned_at), now)) return { kind: "today" };
    if (badge.rarity !== null && badge.rarity <= RARE_SHARE) return { kind: "rare", share: badge.rarity };
    return { kind: "earned", at: badge.earned_at };
  }
  if (badge.value <= 0) return { kind: "waiting", target: badge.target };
  return { kind: "progress", value: badge.value, target: badge.target };
}

/** Experience inside the present level, for the ring in the header. */
export interface LevelProgress {
  readonly level: number;
  readonly done: number;
  readonly size: number;
  readonly share: number;
  readonly missing: number;
}

export function levelOf(score: Score): LevelProgress {
  const size = Math.max(1, score.level_to - score.level_from);
  const done = Math.max(0, Math.min(size, score.experience - score.level_from));
  return { level: score.level, done, size, share: done / size, missing: size - done };
}

function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}

/** An event in the list of the newest, as the live stream carries it. */
export interface RecentEvent {
  readonly id: number;
  readonly event_type: string;
  readonly amount: number;
  readonly points: number;
  readonly at: string;
}

/** Whether anything is told of the player besides their own coming in. */
export function hasPlayed(newest: readonly RecentEvent[]): boolean {
  return newest.some(({ event_type }) => event_type !== "login");
}

/** What the live stream carries under `unlock/<code>.<tier>`. */
export interface LiveUnlock {
  readonly id: number;
  readonly code: string;
  readonly name: Readonly<Record<string, string>>;
  readonly points: number;
  readonly tier: number;
  readonly earned_at: string;
  readonly state: "granted" | "disputed";
  /** How its badge looks; null when the rule is gone. */
  readonly shape: string | null;
  readonly icon: string | null;
}

/** Unlocks that came within ten seconds are told of in one breath. */
export const MERGE_MS = 10_000;

export interface Celebration {
  readonly at: number;
  readonly unlocks: readonly LiveUnlock[];
}

/** Add fresh unlocks to what is being celebrated, or begin anew when the last is more than ten seconds old. */
export function celebrate(held: Celebration | null, fresh: readonly LiveUnlock[], now: number): Celebration | null {
  const granted = fresh.filter((unlock) => unlock.state === "granted");
  const joined = held !== null && now - held.at <= MERGE_MS;
  const known = joined ? held.unlocks : [];
  const added = granted.filter((unlock) => !known.some((one) => one.code === unlock.code && one.tier === unlock.tier));
  return added.length > 0 ? { at: now, unlocks: [...known, ...added] } : null;
}

/** The name to show; null when the server keeps it hidden. */
export function nameOf(badge: Progress): string | null {
  return badge.name || null;
}

export function lookOf(badge: Progress): BadgeState {
  if (!isOnShelf(badge)) return badge.state;
  return badge.disputed ? "disputed" : "earned";
}

export function tiersOf(badge: Progress): { readonly reached: number; readonly count: number } {
  return { reached: badge.tier, count: badge.tiers.length };
}

/** How a condition stands: it holds, it is under way, or it went wrong. */
export type Mark = "tick" | "clock" | "cross";

/** Only what was broken is lost (a "never" that happened); all else may still come. */
export function markOf(node: WhyNode): Mark {
  if (node.met) return "tick";
  return node.kind === "not" && node.state === "no" ? "cross" : "clock";
}

type Reason = WhyNode["refused"][number]["reason"];

/** Freezes that a running streak still has; null where there are none to speak of. */
export function freezesOf(node: WhyNode): number | null {
  const left = node.more.freezes_left;
  return node.kind === "streak" && typeof left === "number" && left > 0 ? left : null;
}

/** Events that did not count, by reason, most frequent first. */
export function refusalsOf(node: WhyNode): readonly { readonly reason: Reason; readonly count: number }[] {
  const counts = new Map<Reason, number>();
  for (const refused of node.refused) {
    counts.set(refused.reason, (counts.get(refused.reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((one, other) => other.count - one.count);
}
