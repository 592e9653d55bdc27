// Runs tests/*.test.ts with node's own runner, bundled by esbuild since this Node does not read TypeScript.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
rmSync(at("../.test"), { recursive: true, force: true });
await build({
  entryPoints: readdirSync(at("../tests")).filter((name) => name.endsWith(".test.ts")).map((name) => at(`../tests/${name}`)),
  bundle: true, platform: "node", format: "esm", outdir: at("../.test"), outExtension: { ".js": ".mjs" }, logLevel: "warning",
  alias: { "zonula-kernel": at("../../src/zonula/codegen/kernel/zonula.mjs") },
});
const made = readdirSync(at("../.test")).filter((name) => name.endsWith(".mjs")).map((name) => at(`../.test/${name}`));
process.exit(spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" }).status ?? 1);
