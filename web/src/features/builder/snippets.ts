/** What a builder pastes into a terminal or a game: the same request in three languages. */

export const SNIPPET_LANGUAGES = ["curl", "python", "js"] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

export interface SampleEvent {
  readonly userId: number;
  readonly eventType: string;
  readonly details: Readonly<Record<string, unknown>> | null;
}

export const KEY_PLACEHOLDER = "omk_…";

/** The body exactly as the route reads it. */
export function bodyOf(event: SampleEvent): { user_id: number; event_type: string; details: SampleEvent["details"] } {
  return { user_id: event.userId, event_type: event.eventType, details: event.details };
}

export function snippet(language: SnippetLanguage, host: string, key: string, event: SampleEvent): string {
  const url = `${host}/api/v1/event/`;
  const json = JSON.stringify(bodyOf(event));
  switch (language) {
    case "curl":
      return [
        `curl -X POST ${url} \\`,
        `  -H 'X-API-Key: ${key}' \\`,
        "  -H 'Content-Type: application/json' \\",
        `  -d '${json.replaceAll("'", "'\\''")}'`,
      ].join("\n");
    case "python":
      return [
        "import httpx",
        "",
        "answer = httpx.post(",
        `    ${quoted(url)},`,
        `    headers={"X-API-Key": ${quoted(key)}},`,
        `    json=${python(bodyOf(event))},`,
        ")",
        "answer.raise_for_status()",
        "print(answer.json())",
      ].join("\n");
    case "js":
      return [
        `const answer = await fetch(${quoted(url)}, {`,
        '  method: "POST",',
        `  headers: { "X-API-Key": ${quoted(key)}, "Content-Type": "application/json" },`,
        `  body: JSON.stringify(${json}),`,
        "});",
        "console.log(answer.status, await answer.json());",
      ].join("\n");
  }
}

/** A key on the screen: enough to know it by, not enough to use it. */
export function masked(key: string): string {
  const cut = key.lastIndexOf("_");
  return cut < 0 ? "•".repeat(8) : `${key.slice(0, cut + 1)}${key.slice(cut + 1, cut + 5)}${"•".repeat(8)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${quoted(name)}: ${python(inner)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}
