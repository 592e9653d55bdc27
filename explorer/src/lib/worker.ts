// What runs beside the page: one script for all workers. It holds a kernel and answers one question after the other.
import { type Health, type Kernel, load } from "zonula-kernel";
import { LEVELS, quantileOf } from "./course.ts";
import { Kept } from "./kept.ts";
import { loopsAt } from "./loops.ts";
import type { Answer, Question } from "./questions.ts";
import { jobOf } from "./timetable.ts";
import type { Model } from "./types.ts";

let kernel: Kernel, model: Model;
let known: { parameters: Float64Array; health: Health } | null = null;
const kept = new Kept(10); // the eight steps of the story, and the others

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  try {
    const answer = await answered(data);
    self.postMessage({ id: data.id, ok: true, ...answer.data }, { transfer: answer.transfer });
  } catch (error) {
    self.postMessage({ id: data.id, ok: false, error: error instanceof Error ? error.message : String(error) });
  }
};

async function answered(q: Question): Promise<{ data: Partial<Answer>; transfer: Transferable[] }> {
  if (q.kind === "start") {
    kernel = await load(q.module);
    model = q.model;
    return { data: {}, transfer: [] };
  }
  const job = jobOf(model, q.arms, q.times, q.chosen);
  const solved = kernel.solve(job, { parameters: q.parameters, armOf: q.armOf, health: healthOf(q.parameters), states: q.kind === "band" ? q.inside : q.kind !== "solve" });
  const finished = solved.outcomes.map((o) => o.status === "finished");
  if (q.kind === "solve") return { data: { values: solved.values, finished }, transfer: [solved.values.buffer] };
  if (q.kind === "states") {
    const values = solved.states as Float64Array;
    return { data: { values, finished }, transfer: [values.buffer] };
  }
  if (q.kind === "loops") return { data: { loops: finished[0] ? loopsAt(kernel, model, job, solved, q.parameters) : null, finished }, transfer: [] };
  const values = (q.inside ? solved.states : solved.values) as Float64Array, wide = q.inside ? model.states.length : q.chosen.length, size = q.times.length * wide;
  const lives = kept.of(q.tag);
  finished.forEach((done, k) => { if (done) lives.push(values.slice(k * size, (k + 1) * size)); });
  const quantiles = bands(lives, q.times.length, wide);
  return { data: { quantiles, count: lives.length, finished }, transfer: [quantiles.buffer] };
}

/** Health depends on a person's numbers only: it is kept while nothing but plans change. */
function healthOf(parameters: Float64Array): Health {
  if (known && known.parameters.length === parameters.length && known.parameters.every((x, k) => x === parameters[k])) return known.health;
  known = { parameters, health: kernel.health(parameters) };
  return known.health;
}

function bands(lives: Float64Array[], times: number, readouts: number): Float64Array {
  const out = new Float64Array(times * readouts * LEVELS.length), column = new Float64Array(lives.length);
  for (let r = 0; r < readouts; r++)
    for (let t = 0; t < times; t++) {
      lives.forEach((life, k) => { column[k] = life[t * readouts + r]; });
      const sorted = column.sort();
      LEVELS.forEach((q, k) => { out[(r * times + t) * LEVELS.length + k] = lives.length ? quantileOf(sorted, q) : NaN; });
    }
  return out;
}
