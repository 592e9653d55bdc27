// What a scenario means: a person's numbers, and what is done to that person when.
import { quantile } from "./population.ts";
import type { Arm, Bar, Bundle, Closing, Design, Dose, Person, Scenario, Setting, Slider, Treatment } from "./types.ts";

export const SPAN: [number, number] = [-30, 365]; // days from today that are shown
export const PLANS = 4;
export const NEVER = -1e6; // a road that is closed from then on was never open

export const EMPTY: Scenario = { person: "healthy", sliders: {}, plans: [[]], plan: 0, stop: null, cut: [], cutFrom: NEVER, day: 90,
  trial: { persons: 200, weeks: 24, seed: 1, active: 0, control: -1 } };

/** Who is taken as an example of somebody ill. */
export const ILL = "ra_early";

export function personOf(b: Bundle, s: Scenario): Person {
  return b.people.find((p) => p.id === s.person) ?? b.people[0];
}

export function treatmentOf(b: Bundle, id: string): Treatment | undefined {
  return b.treatments.treatments.find((t) => t.id === id);
}

/** Where a slider rests in this person: 0, or where the person's own number stands. */
export function restOf(b: Bundle, person: Person, slider: Slider): number {
  const own = slider.parameters?.find((p) => p.from !== undefined && p.to !== undefined);
  if (!own) return 0;
  const value = person.parameters[own.path] ?? b.model.parameters.value[b.place.parameter.get(own.path) ?? 0];
  return Math.min(Math.max(Math.log(value / (own.from as number)) / Math.log((own.to as number) / (own.from as number)), 0), 1);
}

export function placeOf(b: Bundle, s: Scenario, slider: Slider): number {
  return s.sliders[slider.id] ?? restOf(b, personOf(b, s), slider);
}

/** A person's numbers over the given base (the typical person, or a draw): first the person, then the sliders. */
export function parametersOf(b: Bundle, s: Scenario, base?: Float64Array): Float64Array {
  const person = personOf(b, s), at = b.place.parameter, drawn = base !== undefined;
  const out = Float64Array.from(base ?? b.model.parameters.value);
  const put = (path: string, change: (old: number) => number) => {
    const k = at.get(path);
    if (k !== undefined) out[k] = change(out[k]);
  };
  for (const [path, value] of Object.entries(person.parameters)) {
    const factor = person.times[path];
    put(path, (old) => (drawn && factor !== undefined ? old * factor : value));
  }
  for (const slider of b.sliders.sliders) {
    const x = s.sliders[slider.id];
    if (x === undefined) continue;
    for (const p of slider.parameters ?? []) {
      if (p.times !== undefined) put(p.path, (old) => old * (p.times as number) ** x);
      else put(p.path, () => (p.from as number) * ((p.to as number) / (p.from as number)) ** x);
    }
  }
  return out;
}

/** The numbers of a draw of what is not known, by its row. */
export function drawnParameters(b: Bundle, draws: Float32Array, row: number): Float64Array {
  const out = Float64Array.from(b.model.parameters.value), { columns, width } = b.model.draws;
  columns.forEach((place, k) => { out[place] = draws[row * width + k]; });
  return out;
}

/** The numbers of one of a crowd: a draw, and how this one differs from its typical person. */
export function memberParameters(b: Bundle, typical: Float64Array, normal: () => number): Float64Array {
  return typical.map((median, k) => quantile(b.model.parameters.variability[k], median, normal()));
}

export function sliderSettings(b: Bundle, s: Scenario): Setting[] {
  const { now } = personOf(b, s);
  return b.sliders.sliders.flatMap((slider) => {
    const x = s.sliders[slider.id] ?? 0;
    return (x > 0 ? slider.moves ?? [] : []).map((m) => {
      const neutral = b.model.exposures[m.exposure].neutral;
      return { exposure: m.exposure, value: neutral + x ** m.bend * (m.to - neutral), start: now, end: null };
    });
  });
}

/** What one bar does, its days counted from the start of the run. */
export function happeningsOf(b: Bundle, bar: Bar, now: number, stop: number | null): { doses: Dose[]; settings: Setting[] } {
  const t = treatmentOf(b, bar.what), start = now + bar.start, end = now + Math.min(bar.end, stop ?? Infinity);
  if (!t || end <= start) return { doses: [], settings: [] };
  if (t.kind === "practice") {
    return { doses: [], settings: (t.moves ?? []).map(({ exposure, full }) => {
      const { neutral, within } = b.model.exposures[exposure];
      const value = neutral + bar.adherence * bar.dose * (full - neutral);
      return { exposure, value: Math.min(Math.max(value, within[0]), within[1]), start, end };
    }) };
  }
  const amount = bar.dose * (t.per_unit ?? 1) * bar.adherence, state = t.state as number, way = t.way as number;
  if (t.steady) return { settings: [], doses: [{ state, way, amount: amount * (t.a_day ?? 1) * (end - start), start, duration: end - start }] };
  const doses: Dose[] = [];
  const loading = t.first?.length ? t.first : [0];
  for (const day of loading) if (start + day < end) doses.push({ state, way, amount, start: start + day, duration: t.duration ?? 0 });
  for (let day = loading[loading.length - 1] + bar.every; start + day < end; day += bar.every)
    doses.push({ state, way, amount, start: start + day, duration: t.duration ?? 0 });
  return { doses, settings: [] };
}

export interface Asked { sliders?: boolean; plan?: Bar[]; closed?: Closing[]; stop?: number | null }

/** One life of the scenario's person; without sliders and bars it is what would have been. */
export function armOf(b: Bundle, s: Scenario, { sliders = true, plan = [], closed = [], stop = s.stop }: Asked = {}): Arm {
  const person = personOf(b, s), done = plan.map((bar) => happeningsOf(b, bar, person.now, stop));
  return {
    doses: [...person.happenings.doses, ...done.flatMap((d) => d.doses)],
    settings: [...person.happenings.settings, ...(sliders ? sliderSettings(b, s) : []), ...done.flatMap((d) => d.settings)],
    closed,
  };
}

/** The roads that the scenario closes, as places and days of the run. */
export function closingsOf(b: Bundle, s: Scenario): Closing[] {
  const start = Math.max(personOf(b, s).now + s.cutFrom, 0);
  return s.cut.flatMap((name) => { const road = b.place.road.get(name); return road === undefined ? [] : [{ road, start }]; });
}

/** What a typical person whose variant of the model lacks roads lives without, from the beginning. */
export const lacking = (b: Bundle, row: number): Closing[] => (b.model.draws.closed[row] ?? []).map((road) => ({ road, start: 0 }));

/** Days of the run that are reported: dense around today, then every few days. */
export function timesOf(person: Person): { days: number[]; times: Float64Array } {
  const days = [...span(SPAN[0], 0, 5), 0, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 8, ...span(10, 60, 2.5), ...span(60, SPAN[1], 5), SPAN[1]];
  const whole = days.filter((d) => d + person.now >= 0);
  return { days: whole, times: Float64Array.from(whole, (d) => d + person.now) };
}

function span(from: number, to: number, step: number): number[] {
  const out: number[] = [];
  for (let d = from; d < to - 1e-9; d += step) out.push(d);
  return out;
}

/** What a trial may ask for: [least, most]. */
export const TRIAL = { persons: [20, 1000], weeks: [2, 52], seed: [1, 9999] } as const;

/** The trial of a scenario, of plans that there are. */
export function trialOf(s: Scenario): Design {
  const there = (k: number, otherwise: number) => (k < s.plans.length ? k : otherwise);
  return { ...s.trial, active: there(s.trial.active, 0), control: there(s.trial.control, -1) };
}

/** A usual bar of a treatment. */
export function usualBar(t: Treatment, start = 0, end = 168): Bar {
  return { what: t.id, start, end, dose: (t.dose ?? t.strength)?.usual ?? 1, every: t.every?.usual ?? 1, adherence: 1 };
}
