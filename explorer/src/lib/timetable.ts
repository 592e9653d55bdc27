// When what happens, as the kernel reads it: the same as simulation/timetable.py and simulation/practices.py.
import type { Arm, Dose, Exposure, Model, Setting } from "./types.ts";

const tidy = (day: number) => Math.round(day * 1e10) / 1e10;
const endOf = (s: { start: number; end: number | null }) => s.end ?? Infinity;

/** Settings without overlaps: where several hold, one piece says what they make of it together. */
export function combined(settings: Setting[], exposures: Exposure[]): Setting[] {
  const by = new Map<number, Setting[]>();
  for (const s of settings) by.set(s.exposure, [...(by.get(s.exposure) ?? []), { ...s, start: tidy(s.start), end: s.end === null ? null : tidy(s.end) }]);
  return [...by].flatMap(([place, own]) => (own.length === 1 ? own : pieces(own, exposures[place])));
}

function pieces(own: Setting[], exposure: Exposure): Setting[] {
  const borders = [...new Set(own.flatMap((s) => [s.start, endOf(s)]))].sort((a, b) => a - b);
  const out: Setting[] = [];
  for (let k = 0; k + 1 < borders.length; k++) {
    const holding = own.filter((s) => s.start <= borders[k] && borders[k] < endOf(s));
    if (!holding.length) continue;
    const value = holding.length === 1 ? holding[0].value : together(holding.map((s) => s.value), exposure);
    out.push({ exposure: own[0].exposure, value, start: borders[k], end: borders[k + 1] === Infinity ? null : borders[k + 1] });
  }
  return out;
}

/** Factors are multiplied, shares are combined, the rest adds up. */
export function together(values: number[], { neutral, within }: Exposure): number {
  let value: number;
  if (neutral === 1) value = values.reduce((a, b) => a * b, 1);
  else if (neutral === 0 && values.every((v) => v >= 0 && v <= 1)) value = 1 - values.reduce((a, b) => a * (1 - b), 1);
  else value = neutral + values.reduce((a, b) => a + (b - neutral), 0);
  return Math.min(Math.max(value, within[0]), within[1]);
}

interface Piece { start: number; end: number; jumps: Dose[]; flows: Dose[]; row: Float64Array }

export function piecesOf(model: Model, arm: Arm, until: number): Piece[] {
  const neutral = model.exposures.map((e) => e.neutral), gates = model.processes.length;
  const doses = arm.doses.filter((d) => d.amount && d.start <= until).map((d) => ({ ...d, start: tidy(d.start) }));
  const settings = combined(arm.settings, model.exposures).filter((s) => s.value !== neutral[s.exposure]);
  const stops = (d: Dose) => tidy(d.start + d.duration);
  const changes = new Set([0, until, ...arm.closed.map((c) => Math.max(tidy(c.start), 0)), ...doses.flatMap((d) => [d.start, stops(d)]),
                           ...settings.flatMap((s) => [s.start, endOf(s)])]);
  const borders = [...changes].filter((t) => t >= 0 && t <= until).sort((a, b) => a - b);
  const base = Float64Array.from([...neutral, ...new Array<number>(gates + model.roads.length).fill(1)]);
  const out: Piece[] = [];
  for (let k = 0; k + 1 < borders.length; k++) {
    const start = borders[k], row = base.slice();
    for (const s of settings) if (s.start <= start && start < endOf(s)) row[s.exposure] = s.value;
    for (const c of arm.closed) if (c.start <= start) row[neutral.length + gates + c.road] = 0;
    out.push({ start, end: borders[k + 1], row, jumps: doses.filter((d) => !d.duration && d.start === start),
               flows: doses.filter((d) => d.duration && d.start <= start && start < stops(d)) });
  }
  return out;
}

export interface Job extends Record<string, unknown> { readouts: string[]; times: Float64Array }

/** The plans of several people as one job; `chosen` are places of readouts. */
export function jobOf(model: Model, arms: Arm[], times: Float64Array, chosen: number[]): Job {
  const until = times[times.length - 1];
  const plans = arms.map((arm) => piecesOf(model, arm, until)), every = plans.flat();
  const rows = new Map<string, number>(), inputs: number[] = [];
  const which = every.map(({ row }) => {
    const key = row.join();
    if (!rows.has(key)) { rows.set(key, rows.size); for (const x of row) inputs.push(x); }
    return rows.get(key) as number;
  });
  const jumps = every.flatMap((p) => p.jumps), flows = every.flatMap((p) => p.flows);
  return {
    format: "zonula job 1", model: model.model, readouts: chosen.map((k) => model.readouts[k].name), chosen: Int32Array.from(chosen), times,
    ...model.job, largest_step: until, no_size: model.no_size, weight: model.weight, ways: model.ways,
    segment_ptr: starts(plans.map((p) => p.length)), segment_start: Float64Array.from(every, (p) => p.start),
    segment_end: Float64Array.from(every, (p) => p.end), segment_inputs: Int32Array.from(which), inputs: Float64Array.from(inputs),
    jump_ptr: starts(every.map((p) => p.jumps.length)), jump_state: Int32Array.from(jumps, (d) => d.state),
    jump_way: Int32Array.from(jumps, (d) => d.way), jump_amount: Float64Array.from(jumps, (d) => d.amount),
    flow_ptr: starts(every.map((p) => p.flows.length)), flow_state: Int32Array.from(flows, (d) => d.state),
    flow_way: Int32Array.from(flows, (d) => d.way), flow_rate: Float64Array.from(flows, (d) => d.amount / (tidy(d.start + d.duration) - d.start)),
  };
}

function starts(lengths: number[]): BigInt64Array {
  const out = new BigInt64Array(lengths.length + 1);
  lengths.forEach((n, i) => { out[i + 1] = out[i] + BigInt(n); });
  return out;
}
