import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Base } from "./base";
import type { PatchFrame } from "./frames";
import { applyFrame } from "./reduce";

/**
 * Golden trios: the server runs a verb and writes what a stream held before, the frames it sent, and what a fresh
 * snapshot holds after. This client must come from `before` to `after` by the frames alone.
 */
const folder = join(process.cwd(), "../server/tests/contracts/live");
const read = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;
const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const cases = folders(folder)
  .flatMap((module) => folders(join(folder, module)).map((name) => `${module}/${name}`))
  .filter((name) => existsSync(join(folder, name, "patches.json")));

const trio = (name: string) => ({
  before: read<Record<string, unknown>>(join(folder, name, "before.json")),
  patches: read<PatchFrame[]>(join(folder, name, "patches.json")),
  after: read<Record<string, unknown>>(join(folder, name, "after.json")),
});

it("finds the server's trios", () => {
  expect(cases.length).toBeGreaterThan(0);
});

describe.each(cases)("%s", (name) => {
  const { before, patches, after } = trio(name);
  const first = patches[0]?.from ?? 0;

  it("comes from before to after", () => {
    const base = patches.reduce(applyFrame, { version: first, entities: before });
    expect(base.entities).toEqual(after);
  });

  it("comes to the same when every frame arrives twice", () => {
    const twice = patches.flatMap((frame) => [frame, frame]);
    expect(twice.reduce(applyFrame, { version: first, entities: before }).entities).toEqual(after);
  });

  it("comes to the same on the disk", async () => {
    const stream = patches[0]?.stream;
    if (stream === undefined) return expect(after).toEqual(before);
    const base = new Base(`trio-${name}`);
    await base.replace({ epoch: "e", streams: { [stream]: { version: first, entities: before } } });
    for (const frame of patches) expect(await base.apply(frame)).toBe("apply");
    expect((await base.read(stream))?.entities).toEqual(after);
    await base.destroy();
  });
});
