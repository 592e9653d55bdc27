// The page's own way from a scenario to numbers, beside what Python made of the same scenarios.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "zonula-kernel";
import { livesOf } from "../src/lib/lives.ts";
import { armOf, parametersOf, usualBar } from "../src/lib/scenario.ts";
import { jobOf } from "../src/lib/timetable.ts";
import type { Bar, Scenario } from "../src/lib/types.ts";
import { EMPTY } from "../src/lib/scenario.ts";
import { bundle, wasm } from "./data.ts";

interface Told { person: string; sliders: Record<string, number>; bars: (Partial<Bar> & { treatment: string })[]; closed: string[] }
interface Golden { scenarios: { scenario: Told; job: { times: number[] }; values: number[]; status: string }[] }
const place = process.env.ZONULA_GOLDEN ?? "/tmp/golden/golden.json";

test("fifty scenarios are the same as in Python within 1e-10", { skip: !existsSync(place) && "no golden.json: python -m zonula.web.golden FOLDER" }, async () => {
  const golden = JSON.parse(readFileSync(place, "utf8")) as Golden, b = bundle(), kernel = await load(wasm());
  let worst = 0;
  for (const { scenario, job, values } of golden.scenarios) {
    const s: Scenario = { ...EMPTY, person: scenario.person, sliders: scenario.sliders };
    const plan = scenario.bars.map(({ treatment, ...given }) => {
      const usual = usualBar(b.treatments.treatments.find((t) => t.id === treatment)!);
      return { ...usual, ...Object.fromEntries(Object.entries(given).filter(([, x]) => x !== null)) } as Bar;
    });
    const closed = scenario.closed.map((name) => ({ road: b.place.road.get(name) as number, start: 0 }));
    const lives = livesOf([armOf(b, s, { plan, closed })], [parametersOf(b, s)], Float64Array.from(job.times), b.model.readouts.map((_, k) => k));
    const solved = kernel.solve(jobOf(b.model, lives.arms, lives.times, lives.chosen), { parameters: lives.parameters, armOf: lives.armOf });
    assert.equal(solved.values.length, values.length);
    values.forEach((x, k) => {
      const off = Math.abs(solved.values[k] - x) / (Math.abs(x) + 1e-4); // powers differ in their last digit
      assert.ok(off < 1e-10, `${JSON.stringify(scenario)}: ${solved.readouts[k % solved.readouts.length]} ${solved.values[k]} is not ${x}`);
      worst = Math.max(worst, off);
    });
  }
  console.log(`worst of ${golden.scenarios.length}: ${worst.toExponential(1)}`);
});
