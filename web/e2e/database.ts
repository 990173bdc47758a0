import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { running } from "./server";

const RUN = `
import asyncio, asyncpg, sys

async def run(url, statements):
    db = await asyncpg.connect(url)
    async with db.transaction():
        for statement in statements:
            await db.execute(statement)
    await db.close()

asyncio.run(run(sys.argv[1], sys.argv[2:]))
`;

/** Change rows of the running house in one transaction: for what only time could bring about. */
export function execute(...statements: string[]): void {
  const { database_url } = JSON.parse(readFileSync(join(running().data, "run.json"), "utf8")) as {
    database_url: string;
  };
  execFileSync(resolve("../.venv/bin/python"), ["-c", RUN, database_url.replace("+asyncpg", ""), ...statements]);
}
