import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What the tests know of the running server. */
export interface Running {
  url: string;
  data: string;
}

const START_MS = 120_000;
const STOP_MS = 20_000;

/** Start the whole house in a fresh data folder on a free port; the returned function stops it by its pid. */
export default async function setup(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), "omenigen-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const house = spawn(resolve("../omenigen"), ["up"], {
    env: { ...process.env, DATA: data, PORT: String(port), PUBLIC_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const log: string[] = [];
  for (const stream of [house.stdout, house.stderr]) stream.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  try {
    await ready(url, house);
  } catch (error) {
    await stop(house);
    throw new Error(`the server did not start:\n${log.join("").slice(-4000)}`, { cause: error });
  }
  process.env.E2E_URL = url;
  process.env.E2E_DATA = data;
  writeFileSync(join(data, "e2e.json"), JSON.stringify({ url, data } satisfies Running));
  return async () => {
    writeFileSync(join(data, "e2e.log"), log.join(""));
    await stop(house);
    if (!process.env.E2E_KEEP) rmSync(data, { recursive: true, force: true });
  };
}

export function running(): Running {
  const { E2E_URL: url, E2E_DATA: data } = process.env;
  if (!url || !data) throw new Error("the server is started by Playwright's globalSetup");
  return JSON.parse(readFileSync(join(data, "e2e.json"), "utf8")) as Running;
}

async function ready(url: string, house: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (house.exitCode !== null) throw new Error(`it ended with ${house.exitCode}`);
    try {
      if ((await fetch(`${url}/health/ready`)).ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((next) => setTimeout(next, 300));
  }
  throw new Error("it was not ready in time");
}

async function stop(house: ChildProcess): Promise<void> {
  if (house.exitCode !== null || !house.pid) return;
  const ended = new Promise((resolve) => house.once("exit", resolve));
  process.kill(house.pid, "SIGTERM");
  const patience = setTimeout(() => house.pid && process.kill(house.pid, "SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(patience);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
