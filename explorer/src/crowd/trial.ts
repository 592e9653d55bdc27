// A trial of people who differ: drawn, screened by whether they have the illness, put into arms, and followed.
import type { Engine } from "../lib/engine.ts";
import { normals, uniform } from "../lib/population.ts";
import { armOf, closingsOf, drawnParameters, lacking, memberParameters, parametersOf, personOf } from "../lib/scenario.ts";
import type { Bar, Bundle, Closing, Design, Person, Scenario } from "../lib/types.ts";

export interface Member { arm: 0 | 1; before: number; after: number; leak: number; typical: number; parameters: Float64Array; seed: number }
export interface Trial { members: Member[]; screened: number; unfit: number; failed: number; design: Design }

const BATCH = 8;
const READOUTS = ["pain_vas", "lactulose_mannitol_ratio", "calprotectin", "sjc28", "tjc28"];

function fits(person: Person, at: (name: string) => number): boolean {
  return person.entry.every(({ readout, sign, number }) => {
    const value = at(readout);
    return { ">=": value >= number, "<=": value <= number, ">": value > number, "<": value < number }[sign] ?? true;
  });
}

export function planOf(s: Scenario, k: number, weeks: number): Bar[] {
  return (s.plans[k] ?? []).map((bar) => ({ ...bar, end: Math.min(bar.end, 7 * weeks) }));
}

/** What is cut in the scenario, and what a typical person lives without. */
export function closedOf(b: Bundle, s: Scenario, row: number): Closing[] {
  return [...closingsOf(b, s), ...lacking(b, row)];
}

/** Run it, told after every few people; each is alone, so nobody depends on how many come after. */
export async function run(engine: Engine, b: Bundle, s: Scenario, design: Design, alive: () => boolean, told: (trial: Trial) => void): Promise<void> {
  const person = personOf(b, s), draws = await engine.allDraws(), end = person.now + 7 * design.weeks;
  const times = Float64Array.of(person.now, end), days = [0, 7 * design.weeks];
  const trial: Trial = { members: [], screened: 0, unfit: 0, failed: 0, design };
  const most = 6 * design.persons + 64;
  let next = 0;
  const waiting = new Map<number, () => void>();
  let turn = 0;
  /** One worker: takes the next few people, and hands them in when it is their turn, so that the order never depends on who is faster. */
  const work = async (role: string): Promise<void> => {
    while (alive() && trial.members.length < design.persons && next < most) {
      const first = next, asked = Array.from({ length: BATCH }, (_, k) => drawn(b, s, person, draws, design, first + k));
      next += BATCH;
      const arms = asked.map(({ arm, row }) => armOf(b, s, { stop: null, plan: planOf(s, arm ? design.active : design.control, design.weeks),
        closed: closedOf(b, s, row) }));
      const course = await engine.lives(role, arms, asked.map((m) => m.parameters), days, times, READOUTS);
      if (turn !== first) await new Promise<void>((go) => waiting.set(first, go));
      for (let k = 0; k < asked.length && trial.members.length < design.persons; k++) {
        const m = asked[k], at = (name: string, day: number) => course.at(name, k, day);
        trial.screened += 1;
        if (!course.finished[k]) trial.failed += 1;
        else if (!fits(person, (name) => at(name, 0))) trial.unfit += 1;
        else trial.members.push({ arm: m.arm, before: at("pain_vas", 0), after: at("pain_vas", days[1]), leak: at("lactulose_mannitol_ratio", days[1]), typical: m.row, parameters: m.parameters, seed: m.seed });
      }
      turn += BATCH;
      waiting.get(turn)?.();
      if (alive()) told({ ...trial, members: [...trial.members] });
    }
  };
  await Promise.all(["rest", "band"].map(work));
}

/** Who comes as number k: a typical person among the draws, how this one differs, and the arm. */
function drawn(b: Bundle, s: Scenario, person: Person, draws: Float32Array, design: Design, k: number): { parameters: Float64Array; row: number; arm: 0 | 1; seed: number } {
  const seed = design.seed * 100003 + k, next = uniform(seed), row = person.draws[Math.floor(next() * person.draws.length)];
  const typical = parametersOf(b, s, drawnParameters(b, draws, row));
  return { parameters: memberParameters(b, typical, normals(seed + 1)), row, arm: next() < 0.5 ? 0 : 1, seed };
}
