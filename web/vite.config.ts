/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { precompressed } from "./scripts/precompressed.mjs";
import { routerConfig } from "./scripts/router-config.mjs";

const server = process.env.API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [
    tanstackRouter({
      ...routerConfig,
      target: "react",
      autoCodeSplitting: true,
      codeSplittingOptions: { defaultBehavior: [["component"], ["loader"]] },
    }),
    react(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      injectRegister: false,
      // Two manifests, one per language, are static files: the page picks one (see app/pwa.ts).
      manifest: false,
      injectManifest: {
        globPatterns: ["**/*.{js,css,html,woff2}", "icons/omenigen.svg", "icons/192.png", "*.webmanifest"],
      },
      devOptions: { enabled: false },
    }),
    precompressed(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    manifest: true,
    // Lower targets rewrite light-dark() into something that Mantine's schemes cannot switch.
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    assetsInlineLimit: 0,
    // Lists of what each lazy page preloads cost more than they save: pages are preloaded on intent and precached.
    modulePreload: {
      resolveDependencies: (_, deps, { hostType }) =>
        hostType === "html" ? deps : deps.filter((dep) => dep.endsWith(".css")),
    },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every visit needs, in one file: it compresses better than sixty small ones.
            { name: "first", tags: ["$initial"] },
            // One chunk of words per language instead of one per feature and language.
            { name: "words-ru", test: /(?<!(builder|operator)[\\/])i18n[\\/]ru\.json/ },
            { name: "words-en", test: /(?<!(builder|operator)[\\/])i18n[\\/]en\.json/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      // The server accepts only its own Origin; in development the page lives on another port.
      "/api": { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
      "/media": { target: server, changeOrigin: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
  },
});
