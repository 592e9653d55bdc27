// Who computes what: one worker for the line that follows the hand (only the newest question counts), one for bands, one for all the rest.
import { Band, Course } from "./course.ts";
import { livesOf } from "./lives.ts";
import { type Answer, type Asked, Helper } from "./questions.ts";
import { RIBBONED } from "./ranges.ts";
import { armOf, closingsOf, drawnParameters, lacking, parametersOf, personOf, timesOf } from "./scenario.ts";
import type { Arm, Bar, Bundle, Closing, Scenario } from "./types.ts";
import Script from "./worker.ts?worker&inline";

const CHUNK = 16;
export const ENOUGH = 16; // fewer lives give no band

export class Engine {
  private readonly helpers = new Map<string, Helper>();
  private readonly module: Promise<WebAssembly.Module>;
  private draws: Promise<Float32Array> | null = null;
  private waiting: (() => void) | null = null;
  private busy = false;
  private tag = 0;
  readonly chosen: number[];

  constructor(private readonly b: Bundle, kernel: ArrayBuffer, private readonly loadDraws: () => Promise<Float32Array>) {
    this.module = WebAssembly.compile(kernel);
    this.chosen = b.model.readouts.map((_, k) => k);
    this.helper("main");
  }

  private helper(role: string): Helper {
    const known = this.helpers.get(role);
    if (known) return known;
    const made = new Helper(new Script());
    this.helpers.set(role, made);
    return made;
  }

  private readonly started = new Map<string, Promise<unknown>>();

  async ask(role: string, question: Asked): Promise<Answer> {
    const helper = this.helper(role);
    if (!this.started.has(role)) this.started.set(role, this.module.then((module) => helper.ask({ kind: "start", module, model: this.b.model })));
    await this.started.get(role);
    return helper.ask(question);
  }

  /** Lives of given people; each arm belongs to one person, or `armOf` says whose it is. */
  async lives(role: string, arms: Arm[], parameters: Float64Array[], days: number[], times: Float64Array, names?: string[], of?: number[]): Promise<Course> {
    const chosen = names?.map((name) => this.b.place.readout.get(name) as number) ?? this.chosen;
    const answer = await this.ask(role, { kind: "solve", ...livesOf(arms, parameters, times, chosen, of) });
    return new Course(days, chosen.map((k) => this.b.model.readouts[k].name), answer.values, answer.finished);
  }

  /** The line that follows the hand: while one is computed only the newest of the others waits. */
  latest(work: () => Promise<void>): void {
    const run = () => {
      this.busy = true;
      void work().finally(() => {
        this.busy = false;
        const next = this.waiting;
        this.waiting = null;
        next?.();
      });
    };
    if (this.busy) this.waiting = run;
    else run();
  }

  /** Life 0: nothing but what has happened; 1: as shown; then each plan of the scenario where they are asked for. */
  async main(s: Scenario, plans: boolean): Promise<Course> {
    const { days, times } = timesOf(personOf(this.b, s)), closed = closingsOf(this.b, s);
    const asked = plans ? s.plans : [];
    const arms = [...this.pair(s), ...asked.map((plan) => armOf(this.b, s, { plan, closed })), ...(plans ? [armOf(this.b, s, { closed })] : [])];
    return this.lives("main", arms, this.ownOf(s, arms), days, times);
  }

  /** The same two lives as of the line, in all states of the model. */
  async states(s: Scenario): Promise<Course> {
    const { days, times } = timesOf(personOf(this.b, s)), arms = this.pair(s);
    const answer = await this.ask("rest", { kind: "states", ...livesOf(arms, this.ownOf(s, arms), times, [0]) });
    return new Course(days, this.b.model.states.map((state) => state.path), answer.values, answer.finished);
  }

  /** What would have been, and what is shown. */
  private pair(s: Scenario): Arm[] {
    return [armOf(this.b, s, { sliders: false }), armOf(this.b, s, { plan: s.plans[s.plan], closed: closingsOf(this.b, s) })];
  }

  /** Whose lives these are: the first is of the person before any slider was moved. */
  private ownOf(s: Scenario, arms: Arm[]): Float64Array[] {
    const own = parametersOf(this.b, s), before = parametersOf(this.b, { ...s, sliders: {} });
    return arms.map((_, k) => (k ? own : before));
  }

  /** A band of draws of what is not known under one plan, told as it grows; stops when `alive` says no. */
  async band(s: Scenario, plan: Bar[], most: number, alive: () => boolean, told: (band: Band) => void): Promise<void> {
    const person = personOf(this.b, s), { days, times } = timesOf(person), tag = ++this.tag;
    this.draws ??= this.loadDraws();
    const draws = await this.draws, rows = person.draws.slice(0, most), names = RIBBONED.filter((name) => this.b.place.readout.has(name));
    const chosen = names.map((name) => this.b.place.readout.get(name) as number);
    for (let k = 0; k < rows.length && alive(); k += CHUNK) {
      const { arms, parameters, of } = this.drawn(s, plan, draws, rows.slice(k, k + CHUNK), closingsOf(this.b, s));
      const answer = await this.ask("band", { kind: "band", tag, ...livesOf(arms, parameters, times, chosen, of) });
      if (alive()) told(new Band(days, names, answer.quantiles, answer.count, Math.min(k + CHUNK, rows.length)));
    }
  }

  /** A small band of everything inside the model, or of those readouts of which the large one has none. */
  async wideBand(s: Scenario, inside: boolean): Promise<Band> {
    const person = personOf(this.b, s), { days, times } = timesOf(person), rest = this.b.model.readouts.map((r) => r.name).filter((name) => !RIBBONED.includes(name));
    const { arms, parameters, of } = this.drawn(s, s.plans[s.plan], await this.allDraws(), person.draws.slice(0, CHUNK), closingsOf(this.b, s));
    const chosen = rest.map((name) => this.b.place.readout.get(name) as number);
    const answer = await this.ask("rest", { kind: "band", tag: ++this.tag, inside, ...livesOf(arms, parameters, times, chosen, of) });
    return new Band(days, inside ? this.b.model.states.map((state) => state.path) : rest, answer.quantiles, answer.count, CHUNK);
  }

  /** The same for one given life of a person: all draws at once, for small pictures. */
  async smallBand(s: Scenario, arm: Arm, most: number, days: number[], times: Float64Array, readout: string): Promise<Band> {
    const draws = await this.allDraws(), rows = personOf(this.b, s).draws.slice(0, most), chosen = [this.b.place.readout.get(readout) as number];
    const arms = rows.map((row) => ({ ...arm, closed: [...arm.closed, ...lacking(this.b, row)] }));
    const parameters = rows.map((row) => parametersOf(this.b, s, drawnParameters(this.b, draws, row)));
    const answer = await this.ask("band", { kind: "band", tag: ++this.tag, ...livesOf(arms, parameters, times, chosen) });
    return new Band(days, [readout], answer.quantiles, answer.count, rows.length);
  }

  /** Draws as people: some of them live in a variant of the model in which roads are closed for life. */
  drawn(s: Scenario, plan: Bar[], draws: Float32Array, rows: number[], closed: Closing[]): { arms: Arm[]; parameters: Float64Array[]; of: number[] } {
    const arms: Arm[] = [], places = new Map<string, number>();
    const of = rows.map((row) => {
      const shut = lacking(this.b, row), key = shut.map((c) => c.road).join();
      if (!places.has(key)) {
        places.set(key, arms.length);
        arms.push(armOf(this.b, s, { plan, closed: [...closed, ...shut] }));
      }
      return places.get(key) as number;
    });
    return { arms, of, parameters: rows.map((row) => parametersOf(this.b, s, drawnParameters(this.b, draws, row))) };
  }

  async allDraws(): Promise<Float32Array> {
    this.draws ??= this.loadDraws();
    return this.draws;
  }
}
