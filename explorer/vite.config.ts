import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// One script, one style sheet, no other files: the Python side serves them, or puts them into a single page.
export default defineConfig({
  base: "./",
  // classes of a component by four letters of what it says: names that nobody reads are a kilobyte
  plugins: [svelte({ compilerOptions: { css: "external", cssHash: ({ hash, css }) => `z${hash(css).slice(0, 4)}` } })],
  resolve: { alias: { "zonula-kernel": at("../src/zonula/codegen/kernel/zonula.mjs") } },
  publicDir: false,
  worker: { format: "iife" },
  server: { fs: { allow: [at("..")] } },
  build: {
    outDir: at("../src/zonula/web/static"),
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 1_000_000,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 600,
    rollupOptions: { output: { entryFileNames: "app.js", assetFileNames: "app.[ext]", inlineDynamicImports: true } },
  },
});
