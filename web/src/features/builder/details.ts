/** The details of an event as typed into the console: any JSON object up to 1,024 bytes, or nothing. */

export const DETAILS_MAX_BYTES = 1024;

export type Details = Readonly<Record<string, unknown>>;
export type DetailsProblem = "broken" | "not_object" | "too_long";
export type ReadDetails = { readonly value: Details | null } | { readonly problem: DetailsProblem };

export function readDetails(text: string): ReadDetails {
  if (text.trim() === "" || text.trim() === "null") return { value: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "broken" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: "not_object" };
  if (new TextEncoder().encode(JSON.stringify(value)).length > DETAILS_MAX_BYTES) return { problem: "too_long" };
  return { value: value as Details };
}
