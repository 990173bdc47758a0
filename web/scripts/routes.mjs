/** Writes src/app/routeTree.gen.ts from src/pages, so that tsc can see the routes without a build. */
import { Generator, getConfig } from "@tanstack/router-generator";
import { routerConfig } from "./router-config.mjs";

const root = process.cwd();
await new Generator({ config: getConfig({ ...routerConfig, target: "react" }, root), root }).run();
