import { defineConfig } from "vitest/config";

const SERVER = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/assets/",
  build: {
    outDir: "assets",
    assetsDir: ".",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    // The pages of the collections are written by the server, which looks up their files here.
    manifest: "manifest.json",
    rolldownOptions: { input: ["index.html", "docs.html", "src/collections/main.ts"] },
  },
  server: {
    proxy: Object.fromEntries(
      ["/session", "/tiles", "/style.json", "/nearby", "/locate", "/openapi.json", "/live", "/patrols", "/alarms", "/fences", "/crossings", "/coverage"].map((path) => [path, SERVER]),
    ),
  },
  test: { include: ["src/**/*.test.ts"] },
});
