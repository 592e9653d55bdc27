// What the Why screen asks for: roads by closing every combination of them, single cuts, circles, and pushes.
import { type Course, quantileOf } from "../lib/course.ts";
import type { Engine } from "../lib/engine.ts";
import { livesOf } from "../lib/lives.ts";
import type { Loops } from "../lib/loops.ts";
import { levelOf } from "../lib/ranges.ts";
import { armOf, closingsOf, drawnParameters, lacking, parametersOf, personOf, timesOf } from "../lib/scenario.ts";
import { shapley } from "../lib/shapley.ts";
import type { Bundle, Closing, Scenario } from "../lib/types.ts";

export const ROADS = ["systemic", "products", "primed"];
export const DRAWS = 24;
const PUSHES = 11, PUSH = 28, PUSHED = 16; // strengths, days, draws

export interface Roads { days: number[]; shares: Float64Array[] } // one per road, and what remains

function combinations(b: Bundle): Closing[][] {
  return Array.from({ length: 8 }, (_, mask) => ROADS.flatMap((name, k) => (mask & (1 << k) ? [{ road: b.place.road.get(name) as number, start: 0 }] : [])));
}

function shared(course: Course, first: number): Float64Array[] | null {
  const all = Array.from({ length: 8 }, (_, k) => first + k);
  return all.every((k) => course.finished[k]) ? shapley(all.map((k) => course.series("pain_vas", k)), ROADS.length) : null;
}

export async function roads(engine: Engine, b: Bundle, s: Scenario): Promise<Roads | null> {
  const { days, times } = timesOf(personOf(b, s)), own = parametersOf(b, s), cut = closingsOf(b, s);
  const arms = combinations(b).map((closed) => armOf(b, s, { plan: s.plans[s.plan], closed: [...cut, ...closed] }));
  const course = await engine.lives("rest", arms, arms.map(() => own), days, times, ["pain_vas"]);
  const shares = shared(course, 0);
  return shares && { days, shares };
}

/** The same for draws of what is not known; of those that could be computed. */
export async function drawnRoads(engine: Engine, b: Bundle, s: Scenario, alive: () => boolean): Promise<Roads[]> {
  const person = personOf(b, s), draws = await engine.allDraws(), out: Roads[] = [], cut = closingsOf(b, s);
  const days = [0, 7, 14, 30, 60, 90, 120, 180, 240, 300, 365], times = Float64Array.from(days, (d) => d + person.now);
  for (const row of person.draws.slice(0, DRAWS)) {
    if (!alive()) break;
    const shut = lacking(b, row), own = parametersOf(b, s, drawnParameters(b, draws, row));
    const arms = combinations(b).map((closed) => armOf(b, s, { plan: s.plans[s.plan], closed: [...cut, ...shut, ...closed] }));
    const shares = shared(await engine.lives("rest", arms, arms.map(() => own), days, times, ["pain_vas"]), 0);
    if (shares) out.push({ days, shares });
  }
  return out;
}

/** Life 0 with nothing cut; then each road cut alone, in the model's order. */
export async function cuts(engine: Engine, b: Bundle, s: Scenario): Promise<Course> {
  const { days, times } = timesOf(personOf(b, s)), start = Math.max(personOf(b, s).now + s.cutFrom, 0), own = parametersOf(b, s);
  const each: Closing[][] = [[], ...b.model.roads.map((_, road) => [{ road, start }])];
  const arms = each.map((closed) => armOf(b, s, { plan: s.plans[s.plan], closed }));
  return engine.lives("rest", arms, arms.map(() => own), days, times, ["pain_vas"]);
}

export async function loopsOn(engine: Engine, b: Bundle, s: Scenario): Promise<Loops | null> {
  const times = Float64Array.of(Math.max(personOf(b, s).now + s.day, 0.5)), arm = armOf(b, s, { plan: s.plans[s.plan], closed: closingsOf(b, s) });
  const answer = await engine.ask("rest", { kind: "loops", ...livesOf([arm], [parametersOf(b, s)], times, [0]) });
  return answer.loops;
}

export interface Push { strength: number; leak: number }
export interface Spread { strength: number; low: number; high: number; stay: number; of: number } // of draws: nine of ten, and how many stay leaky

/** Barrier damage for four weeks, at rising strengths, and how leaky the gut is a year later. */
export async function pushes(engine: Engine, b: Bundle, s: Scenario): Promise<Push[]> {
  const strengths = Array.from({ length: PUSHES }, (_, k) => k / (PUSHES - 1));
  return pushed(engine, b, s, strengths, parametersOf(b, s), []);
}

/** The same for draws of what is not known: fewer strengths, told when all are there. */
export async function drawnPushes(engine: Engine, b: Bundle, s: Scenario, alive: () => boolean): Promise<Spread[]> {
  const draws = await engine.allDraws(), strengths = [0, 0.2, 0.4, 0.6, 0.8, 1], found: Push[][] = [];
  for (const row of personOf(b, s).draws.slice(0, PUSHED)) {
    if (!alive()) return [];
    const shut = lacking(b, row);
    found.push(await pushed(engine, b, s, strengths, parametersOf(b, s, drawnParameters(b, draws, row)), shut));
  }
  return strengths.map((strength) => {
    const leaks = Float64Array.from(found.flatMap((lives) => lives.filter((p) => p.strength === strength).map((p) => p.leak))).sort();
    return { strength, low: quantileOf(leaks, 0.05), high: quantileOf(leaks, 0.95), stay: leaks.filter((l) => levelOf("lactulose_mannitol_ratio", l) > 0).length, of: leaks.length };
  }).filter((p) => p.of >= 8);
}

async function pushed(engine: Engine, b: Bundle, s: Scenario, strengths: number[], own: Float64Array, shut: Closing[]): Promise<Push[]> {
  const { now } = personOf(b, s), slider = b.sliders.sliders.find((x) => x.id === "barrier");
  const base = armOf(b, s, { plan: s.plans[s.plan], closed: [...closingsOf(b, s), ...shut] });
  const arms = strengths.map((x) => ({ ...base, settings: [...base.settings, ...(x ? slider?.moves ?? [] : []).map((m) => {
    const neutral = b.model.exposures[m.exposure].neutral;
    return { exposure: m.exposure, value: neutral + x ** m.bend * (m.to - neutral), start: now, end: now + PUSH };
  })] }));
  const course = await engine.lives("rest", arms, arms.map(() => own), [393], Float64Array.of(now + 393), ["lactulose_mannitol_ratio"]);
  return strengths.map((strength, k) => ({ strength, leak: course.at("lactulose_mannitol_ratio", k, 393) })).filter((_, k) => course.finished[k]);
}
