import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(js|css|svg)$/;
/** Below this the headers cost more than is saved. */
const SMALLEST = 1_024;

/**
 * Puts `.br` and `.gz` beside each asset, once per build: a house without a proxy in front sends them as they are.
 *
 * @returns {import("vite").Plugin}
 */
export function precompressed() {
  return {
    name: "precompressed",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith("assets/") && TEXT.test(name));
      await Promise.all(names.map((name) => compress(join(dir, name))));
    },
  };
}

async function compress(file) {
  const content = readFileSync(file);
  if (content.length < SMALLEST) return;
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${file}.br`, await promisify(brotliCompress)(content, { params: size }));
  writeFileSync(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}
