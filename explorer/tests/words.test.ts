// All that is read on the page comes from one file, and everything in that file is read.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import en from "../src/messages/en.json";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "../src");
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((name) => /\.(svelte|ts)$/.test(name)).map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));
const templates = files.filter((f) => f.name.endsWith(".svelte"));
/** Names and units, which are the same in every language. */
const ALLOWED = new Set(["Zonula", "Ctrl", "Python", "TOML", "CSV", "SVG", "PNG", "CRP", "mm", "mg"]);
const words = (text: string) => (text.replace(/&\w+;/g, " ").match(/\p{L}{2,}/gu) ?? []).filter((word) => !ALLOWED.has(word));

/** A template without its script, its style, and all that stands in braces. */
function bare(text: string): string {
  const markup = text.replace(/<(script|style)[\s\S]*?<\/\1>/g, "").replace(/<!--[\s\S]*?-->/g, "");
  let out = "", deep = 0;
  for (const letter of markup) {
    if (letter === "{") deep += 1;
    else if (letter === "}") deep -= 1;
    else if (!deep) out += letter;
  }
  assert.equal(deep, 0);
  return out;
}

/** Words that stand in a template itself: between tags, or in what is read aloud or shown as a hint. */
function literal(text: string): string[] {
  const markup = bare(text);
  const told = [...markup.matchAll(/\b(?:aria-label|aria-valuetext|aria-description|title|placeholder|alt)="([^"]*)"/g)].map((m) => m[1]);
  return [...words(markup.replace(/<[^>]*>/g, " ")), ...told.flatMap(words)];
}

/** Sentences in quotes in the script of a template or in its braces: more than one word. */
const quoted = (text: string) => [...text.replace(/<style[\s\S]*?<\/style>/g, "").replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "").matchAll(/(["'`])((?:(?!\1)[^\n<{$])*)\1/g)].map((m) => m[2])
  .filter((part) => /^\p{Lu}?\p{Ll}{2,} (?:\p{L}+ )*\p{L}{2,}$/u.test(part));

test("what is looked for is found", () => {
  assert.deepEqual(literal('<p>{t("a", { b: 1 })} mm <b>Pain now</b></p>'), ["Pain", "now"]);
  assert.deepEqual(literal('<input aria-label="Day of it" title="{t("undo")} (Ctrl+Z)" />'), ["Day", "of", "it"]);
  assert.deepEqual(quoted('const a = t("pain.now"), b = "Pain is gone";'), ["Pain is gone"]);
});

test("no template has words of its own", () => {
  assert.ok(templates.length > 40);
  for (const { name, text } of templates) assert.deepEqual(literal(text), [], name);
});

test("no template has a sentence in quotes", () => {
  const KNOWN = ["not supported", "cannot tell", "noreferrer noopener"]; // verdicts as Python writes them, which are keys here; no words at all
  for (const { name, text } of templates) assert.deepEqual(quoted(text.replace(/\bclass="[^"]*"/g, "")).filter((part) => !KNOWN.includes(part)), [], name);
});

test("every message that is asked for is there, and every one that is there is asked for", () => {
  const all = files.map((f) => f.text).join("\n"), keys = Object.keys(en);
  for (const [, key] of all.matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in en, key);
  const begun = [...all.matchAll(/`(\w+\.)\$\{/g)].map((m) => m[1]); // as t(`cut.${name}`)
  const unused = keys.filter((key) => !all.includes(`"${key}"`) && !begun.some((begin) => key.startsWith(begin)));
  assert.deepEqual(unused, []);
});
