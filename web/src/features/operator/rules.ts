/** The list of rules and the text in the editor. */

export const RULE_FILTERS = ["all", "live", "draft", "retired"] as const;
export type RuleFilter = (typeof RULE_FILTERS)[number];

interface Named {
  readonly code: string;
  readonly name: Readonly<Record<string, string>>;
  readonly state: string;
}

/** Rules in a state whose code or name, in any language, holds the words. */
export function findRules<T extends Named>(rules: readonly T[], filter: RuleFilter, words: string): T[] {
  const wanted = words.trim().toLowerCase();
  return rules.filter(
    (rule) =>
      (filter === "all" || rule.state === filter) &&
      [rule.code, ...Object.values(rule.name)].some((text) => text.toLowerCase().includes(wanted)),
  );
}

export const SAMPLE = `code: five_secrets
name: {ru: Пять секретов, en: Five secrets}
description: {ru: Найти пять секретов., en: Find five secrets.}
points: 20
family: finds
shape: shield
icon: search
when: {metric: find_secret.count, op: ">=", value: 5}
`;

/** A rule's JSON as text that a person can edit: plain YAML blocks, one key a line. */
export function asText(body: Readonly<Record<string, unknown>>): string {
  return Object.entries(body)
    .map(([key, value]) => entry(key, value, 0))
    .join("");
}

const FLOW_UP_TO = 88;

function entry(key: string, value: unknown, depth: number): string {
  const pad = "  ".repeat(depth);
  const flat = flow(value);
  if (typeof value !== "object" || value === null || pad.length + key.length + flat.length <= FLOW_UP_TO) {
    return `${pad}${key}: ${flat}\n`;
  }
  if (Array.isArray(value)) return `${pad}${key}:\n${value.map((one) => `${pad}  - ${flow(one)}\n`).join("")}`;
  const inner = Object.entries(value).map(([name, one]) => entry(name, one, depth + 1));
  return `${pad}${key}:\n${inner.join("")}`;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}: ${flow(one)}`)
      .join(", ")}}`;
  }
  return typeof value === "string" ? scalar(value) : JSON.stringify(value);
}

/** Words that YAML would take for something else than text need quotes. */
const PLAIN = /^[\p{L}_][\p{L}\p{N}_ .@/-]*$/u;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n|~)$/i;

function scalar(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) && !text.endsWith(" ") ? text : JSON.stringify(text);
}
