import { describe, expect, it } from "vitest";
import { masked, type SampleEvent, snippet } from "./snippets";

const event: SampleEvent = { userId: 1, eventType: "login", details: null };
const host = "https://world.example";

describe("snippets", () => {
  it("writes the documented curl call with the real host", () => {
    expect(snippet("curl", host, "omk_demo_abc", event)).toBe(
      [
        "curl -X POST https://world.example/api/v1/event/ \\",
        "  -H 'X-API-Key: omk_demo_abc' \\",
        "  -H 'Content-Type: application/json' \\",
        `  -d '{"user_id":1,"event_type":"login","details":null}'`,
      ].join("\n"),
    );
  });

  it("keeps an apostrophe from ending the shell's string", () => {
    const text = snippet("curl", host, "k", { ...event, details: { place: "O'Hara" } });
    expect(text).toContain(`"place":"O'\\''Hara"`);
  });

  it("speaks Python's own constants", () => {
    const text = snippet("python", host, "k", { ...event, details: { fast: true, boss: null, hits: [1, false] } });
    expect(text).toContain(`"details": {"fast": True, "boss": None, "hits": [1, False]}`);
  });

  it("gives JavaScript that parses", () => {
    const text = snippet("js", host, "k", { ...event, details: { "a-b": 'quote"' } });
    // The body of an async function is where such a snippet lives.
    expect(() => new Function(`return async () => { ${text} }`)).not.toThrow();
  });

  it("shows a key by its beginning only", () => {
    expect(masked("omk_demo_abcdefgh")).toBe("omk_demo_abcd••••••••");
    expect(masked("strange")).not.toContain("strange");
  });
});
