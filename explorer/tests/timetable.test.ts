import assert from "node:assert/strict";
import { test } from "node:test";
import { combined, jobOf, piecesOf, together } from "../src/lib/timetable.ts";
import { bundle } from "./data.ts";

const { model } = bundle();
const one = model.exposures.findIndex((e) => e.neutral === 1), none = model.exposures.findIndex((e) => e.neutral === 0 && e.within[1] >= 3);

test("factors are multiplied, shares combined, the rest added, and all kept within", () => {
  const of = (neutral: number, within: [number, number]) => ({ path: "", unit: "", meaning: "", neutral, within });
  assert.equal(together([0.5, 0.8], of(1, [0, 4])), 0.4);
  assert.ok(Math.abs(together([0.5, 0.5], of(0, [0, 1])) - 0.75) < 1e-15);
  assert.equal(together([2, 1.5], of(0, [0, 10])), 3.5);
  assert.equal(together([8, 7], of(0, [0, 10])), 10);
});

test("overlapping settings are cut where one begins or ends", () => {
  const out = combined([{ exposure: one, value: 0.5, start: 0, end: null }, { exposure: one, value: 0.5, start: 10, end: 20 }], model.exposures);
  assert.deepEqual(out.map((s) => [s.start, s.end, s.value]), [[0, 10, 0.5], [10, 20, 0.25], [20, null, 0.5]]);
});

test("pieces meet, cover the whole life, and change exactly where something happens", () => {
  const dose = { state: 3, way: 0, amount: 2, start: 5, duration: 0 }, flow = { state: 4, way: 0, amount: 6, start: 7, duration: 3 };
  const out = piecesOf(model, { doses: [dose, flow, { ...dose, amount: 0, start: 6 }], settings: [{ exposure: none, value: 1, start: 2, end: 8 }],
                                closed: [{ road: 2, start: 9 }] }, 30);
  assert.deepEqual(out.map((p) => p.start), [0, 2, 5, 7, 8, 9, 10]);
  assert.deepEqual(out.map((p) => p.end), [2, 5, 7, 8, 9, 10, 30]);
  assert.deepEqual(out.map((p) => p.row[none]), [0, 1, 1, 1, 0, 0, 0]);
  const road = model.exposures.length + model.processes.length + 2;
  assert.deepEqual(out.map((p) => p.row[road]), [1, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(out.map((p) => p.jumps.length), [0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(out.map((p) => p.flows.length), [0, 0, 0, 1, 1, 1, 0]);
});

test("a job says each row of inputs once, and rates of infusions per day", () => {
  const arm = { doses: [{ state: 4, way: 0, amount: 6, start: 7, duration: 3 }], settings: [], closed: [] };
  const job = jobOf(model, [arm, arm], Float64Array.of(0, 30), [0]);
  assert.equal((job.inputs as Float64Array).length, model.exposures.length + model.processes.length + model.roads.length);
  assert.deepEqual([...(job.flow_rate as Float64Array)], [2, 2]);
  assert.deepEqual([...(job.segment_ptr as BigInt64Array)], [0n, 3n, 6n]);
});
