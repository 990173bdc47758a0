/** How the operator's desk reads figures. */

export const STATES = ["ok", "strained", "down"] as const;
export type State = (typeof STATES)[number];

export function worstFirst<T extends { readonly state: State }>(parts: readonly T[]): T[] {
  return [...parts].sort((a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state));
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export interface Amount {
  readonly value: number;
  readonly unit: (typeof UNITS)[number];
}

/** 1536 → 1.5 KB: steps of 1,024, one digit after the point below ten. */
export function bytes(count: number): Amount {
  let value = count;
  let step = 0;
  while (value >= 1024 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return { value: value < 10 && step > 0 ? Math.round(value * 10) / 10 : Math.round(value), unit: UNITS[step] ?? "TB" };
}

export interface Span {
  readonly value: number;
  readonly unit: "seconds" | "minutes" | "hours" | "days";
}

/** A delay in the largest unit that says it without a fraction too fine to matter. */
export function span(seconds: number): Span {
  if (seconds < 10) return { value: Math.round(seconds * 10) / 10, unit: "seconds" };
  if (seconds < 90) return { value: Math.round(seconds), unit: "seconds" };
  if (seconds < 5400) return { value: Math.round(seconds / 60), unit: "minutes" };
  if (seconds < 129_600) return { value: Math.round(seconds / 3600), unit: "hours" };
  return { value: Math.round(seconds / 86_400), unit: "days" };
}

export const ROLES = ["player", "moderator", "operator"] as const;
