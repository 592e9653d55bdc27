// The files of the page, from where Python wrote them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assembled } from "../src/lib/bundle.ts";

const folder = [process.env.ZONULA_STATIC, "../src/zonula/web/static", "src/zonula/web/static"].find((f) => f && existsSync(join(f, "model.json"))) ?? ".";
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

export const bundle = () => assembled(read("model.json"), read("people.json"), read("treatments.json"), read("sliders.json"));
export const wasm = () => readFileSync(join(folder, "zn.wasm"));
