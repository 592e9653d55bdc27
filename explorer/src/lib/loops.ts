// Which arrow between places of the body carries the circle at a moment: the same as tipping/loops.py.
import type { Kernel, Solved } from "zonula-kernel";
import { determinant, gainOf } from "./linear.ts";
import type { Job } from "./timetable.ts";
import type { Model } from "./types.ts";

export interface Loops { arrows: { from: string; to: string; gain: number }[]; circles: { name: string; gain: number }[] }
export const PLACES = ["lumen", "wall", "mucosa", "extent", "blood", "joint", "brain"];

export function loopsAt(kernel: Kernel, model: Model, job: Job, solved: Solved, parameters: Float64Array): Loops {
  const n = model.states.length, last = solved.times.length - 1, { resting, place } = model.arrows;
  const state = (solved.states as Float64Array).slice(last * n, (last + 1) * n);
  const width = (job.inputs as Float64Array).length / (Math.max(...(job.segment_inputs as Int32Array)) + 1);
  const row = (job.segment_inputs as Int32Array)[Number((job.segment_ptr as BigInt64Array)[1]) - 1];
  const inputs = (job.inputs as Float64Array).slice(row * width, (row + 1) * width);
  const sizes = kernel.sizes;
  const person = { parameters: parameters.slice(0, sizes.parameters), setpoints: solved.health.setpoints.slice(0, sizes.setpoints),
                   healthy: solved.health.healthy.slice(0, sizes.healthy) };
  const minus = jacobian((x) => kernel.slopes(person, inputs, x, solved.times[last]), state, solved.health.state, resting);
  const whole = determinant(minus, resting.length), arrows: Loops["arrows"] = [];
  for (const from of PLACES) for (const to of PLACES) {
    if (from === to) continue;
    const gain = gainOf(minus, whole, place, [[from, to]]);
    if (Math.abs(gain) > 1e-6) arrows.push({ from, to, gain });
  }
  const circles = Object.entries(model.arrows.circles).map(([name, cut]) => ({ name, gain: gainOf(minus, whole, place, cut) }));
  return { arrows: arrows.sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain)), circles };
}

/** Minus the Jacobian of the states that rest, by central differences. */
function jacobian(slopes: (x: Float64Array) => Float64Array, state: Float64Array, healthy: Float64Array, resting: number[]): Float64Array {
  const n = resting.length, out = new Float64Array(n * n);
  resting.forEach((j, column) => {
    const step = 1e-5 * Math.max(Math.abs(state[j]), Math.abs(healthy[j]), 1e-9), moved = state.slice();
    moved[j] = state[j] + step;
    const up = slopes(moved);
    moved[j] = state[j] - step;
    const down = slopes(moved);
    resting.forEach((i, r) => { out[r * n + column] = -(up[i] - down[i]) / (2 * step); });
  });
  return out;
}
