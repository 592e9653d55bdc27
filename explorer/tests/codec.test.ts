import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, SCREENS } from "../src/lib/codec.ts";
import { uniform } from "../src/lib/population.ts";
import { EMPTY, trialOf, usualBar } from "../src/lib/scenario.ts";
import type { Scenario } from "../src/lib/types.ts";
import { bundle } from "./data.ts";

const b = bundle();

test("an address without a query changes the screen only", () => {
  for (const screen of SCREENS) assert.deepEqual(decode(`#${screen}`, b), { screen, scenario: null, trouble: [] });
  assert.equal(decode("", b).screen, "body");
});

test("a thousand scenarios come back as they were", () => {
  const next = uniform(7), pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)], round = (x: number) => Math.round(x * 1000) / 1000;
  for (let k = 0; k < 1000; k++) {
    const plans = Array.from({ length: 1 + Math.floor(next() * 4) }, () => Array.from({ length: Math.floor(next() * 3) }, () => {
      const start = Math.floor(next() * 300);
      return { ...usualBar(pick(b.treatments.treatments), start, start + 1 + Math.floor(next() * 60)), adherence: pick([1, 0.8]) };
    }));
    const s: Scenario = { person: pick(b.people).id, sliders: Object.fromEntries([pick(b.sliders.six), pick(b.sliders.more)].map((id) => [id, round(next())])),
      plans, plan: Math.floor(next() * plans.length), stop: pick([null, 180]), cut: pick([[], ["systemic"], ["primed", "systemic"]]),
      cutFrom: EMPTY.cutFrom, day: Math.floor(next() * 365),
      trial: { persons: 20 + Math.floor(next() * 980), weeks: 2 + Math.floor(next() * 50), seed: pick([1, 77]), active: Math.floor(next() * 4), control: pick([-1, 0, 3]) } };
    if (s.cut.length) s.cutFrom = pick([EMPTY.cutFrom, 90]);
    while (s.plans.length > 1 && !s.plans[s.plans.length - 1].length && s.plan < s.plans.length - 1) s.plans.pop();
    const read = decode(encode("treat", s), b);
    assert.deepEqual(read.trouble, []);
    assert.deepEqual(read.scenario, s, encode("treat", s));
  }
});

test("whatever is wrong is told, and the rest is kept", () => {
  const read = decode("#nowhere?v=9&who=nobody&s=magic:1,barrier:x,stress:0.5&a=elixir:0:9,naproxen:0:30&cut=moon&day=9999&hello&plan=d", b);
  assert.deepEqual(read.trouble.map((x) => x.kind), ["screen", "version", "person", "slider", "number", "treatment", "road", "word"]);
  assert.equal(read.screen, "body");
  assert.deepEqual(read.scenario?.sliders, { stress: 0.5 });
  assert.equal(read.scenario?.plans[0].length, 1);
  assert.equal(read.scenario?.day, 365);
  assert.equal(read.scenario?.plan, 0);
});

test("a trial that cannot be is told, and asks for what can be", () => {
  const read = decode("#crowd?v=1&trial=1e9:x:2.4:b:q", b);
  assert.deepEqual(read.trouble.map((x) => x.kind), ["number"]);
  assert.deepEqual(read.scenario?.trial, { persons: 1000, weeks: 24, seed: 2, active: 1, control: -1 });
  assert.deepEqual(trialOf(read.scenario!), { persons: 1000, weeks: 24, seed: 2, active: 0, control: -1 });
});

test("no address breaks it", () => {
  const next = uniform(3), letters = "abz019:,&=?#%-.~ é\u0000";
  for (let k = 0; k < 2000; k++) {
    const text = Array.from({ length: Math.floor(next() * 60) }, () => letters[Math.floor(next() * letters.length)]).join("");
    const read = decode(`#body?${text}`, b);
    assert.doesNotThrow(() => encode(read.screen, read.scenario ?? EMPTY));
    assert.ok(Object.values(read.scenario?.sliders ?? {}).every((x) => x >= 0 && x <= 1));
  }
});

test("a usual scenario is a short address", () => {
  const plan = [usualBar(b.treatments.treatments.find((t) => t.id === "adalimumab")!), usualBar(b.treatments.treatments.find((t) => t.id === "gut_repair")!)];
  assert.ok(encode("treat", { ...EMPTY, person: "ra_early", sliders: { barrier: 0.5, stress: 0.25 }, plans: [plan, [], plan] }).length < 300);
});
