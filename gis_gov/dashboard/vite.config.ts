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
    rolldownOptions: { input: ["index.html", "docs.html"] },
  },
  server: {
    proxy: Object.fromEntries(
      ["/session", "/tiles", "/style.json", "/nearby", "/locate", "/openapi.json", "/live"].map((path) => [path, SERVER]),
    ),
  },
  test: { include: ["src/**/*.test.ts"] },
});
