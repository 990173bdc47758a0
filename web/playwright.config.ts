import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// `make test-e2e` names the browser; without it Playwright takes its own.
const system = process.env.CHROMIUM || "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  // A busy machine may be slow once; a journey that needs it is reported as flaky.
  retries: process.env.CI ? 2 : 0,
  // Two runs in one checkout need a folder each.
  outputDir: process.env.E2E_OUT ?? "test-results",
  reporter: [["list"]],
  globalSetup: "./e2e/server.ts",
  use: {
    // Set by globalSetup before the workers read this file.
    baseURL: process.env.E2E_URL,
    browserName: "chromium",
    launchOptions: {
      executablePath: existsSync(system) ? system : undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    {
      name: "phone",
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } } },
  ],
});
