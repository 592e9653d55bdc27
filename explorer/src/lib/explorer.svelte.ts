// The state of the page: one scenario, its past, and what was computed for it.
import { loadBundle, loadDraws } from "./bundle.ts";
import { decode, encode, type Screen, type Trouble, VERSION } from "./codec.ts";
import type { Band, Course } from "./course.ts";
import { Engine } from "./engine.ts";
import { EMPTY, ILL, personOf, usualBar } from "./scenario.ts";
import type { Bar, Bundle, Person, Scenario } from "./types.ts";

const EMPTY_THERE: Screen[] = ["why", "crowd"]; // screens on which a healthy person has nothing to show
const STILL = 150; // ms without a change before bands are drawn
const SETTLED = 450; // ms before a change is a step that can be taken back
const DRAWS = 64; // for every plan alike: what the same plan is given twice must not differ

export class Explorer {
  scenario = $state.raw<Scenario>(EMPTY);
  screen = $state<Screen>("body");
  trouble = $state.raw<Trouble[]>([]);
  course = $state.raw<Course | null>(null);
  /** By plan; the one of the plan that is shown is `band`. */
  bands = $state.raw<(Band | null)[]>([]);
  band = $derived(this.bands[this.scenario.plan] ?? null);
  failed = $state<string>("");
  past = $state.raw<Scenario[]>([]);
  future = $state.raw<Scenario[]>([]);
  said = $state("");
  private shownFor = $state("");
  /** Whether somebody ill is shown because nobody was chosen. */
  readonly example: boolean = $derived(this.shownFor !== "" && this.scenario.person === this.shownFor);
  playing = $state(false);
  readonly person: Person = $derived.by(() => personOf(this.bundle, this.scenario));
  readonly bars: Bar[] = $derived(this.scenario.plans[this.scenario.plan] ?? []);

  private settled: Scenario = EMPTY;
  private solvedFor = "";
  private timers: Record<string, ReturnType<typeof setTimeout>> = {};
  private generation = 0;

  constructor(readonly bundle: Bundle, readonly engine: Engine) {
    this.read(location.hash || document.querySelector<HTMLMetaElement>('meta[name="zonula-start"]')?.content || "");
    if (!this.example) this.settled = this.scenario; // where one came in is no step to take back
    addEventListener("hashchange", () => { if (location.hash !== this.address()) this.read(location.hash); });
  }

  static async open(): Promise<Explorer> {
    const { bundle, kernel } = await loadBundle();
    return new Explorer(bundle, new Engine(bundle, kernel, loadDraws));
  }

  /** Go where an address says. */
  read(hash: string): void {
    const read = decode(hash, this.bundle);
    if (this.screen !== read.screen) scrollTo(0, 0);
    this.screen = read.screen;
    this.trouble = read.trouble;
    if (read.scenario) this.change(read.scenario);
    else if (this.untouched() && EMPTY_THERE.includes(this.screen)) { this.ill(); this.shownFor = ILL; }
    else this.solve();
    this.write();
  }

  /** Nothing is set, and nothing ever was. */
  private untouched(): boolean {
    return !this.past.length && !this.future.length && stepOf(this.scenario) === stepOf(EMPTY);
  }

  /** Somebody who is ill; in a crowd with something to try. */
  ill(): void {
    const bar = this.bundle.treatments.treatments.find((x) => x.id === this.bundle.treatments.map.y);
    const plans = this.screen === "crowd" && bar && this.scenario.plans.every((plan) => !plan.length) ? [[usualBar(bar)]] : this.scenario.plans;
    this.change({ person: ILL, sliders: {}, plans, plan: Math.min(this.scenario.plan, plans.length - 1) });
  }

  healthy(): void {
    this.shownFor = "";
    this.change({ person: EMPTY.person });
  }

  /** The part of the address behind #; who was made healthy where an example would be shown is named. */
  address(): string {
    const hash = encode(this.screen, this.scenario);
    return EMPTY_THERE.includes(this.screen) && !hash.includes("?") ? `${hash}?v=${VERSION}&who=${EMPTY.person}` : hash;
  }

  change(next: Partial<Scenario>): void {
    this.scenario = { ...this.scenario, ...next };
    this.later("settle", SETTLED, () => this.settle());
    this.solve();
  }

  /** Make what was changed a step that can be taken back. */
  settle(): void {
    clearTimeout(this.timers.settle);
    if (encode("body", this.settled) !== encode("body", this.scenario)) {
      if (stepOf(this.settled) !== stepOf(this.scenario)) {
        this.past = [...this.past.slice(-99), this.settled];
        this.future = [];
      }
      this.settled = this.scenario;
    }
    this.write();
  }

  undo(): void { this.settle(); this.travel(this.past, (past, now) => { this.past = past; this.future = [...this.future, now]; }); }
  redo(): void { this.travel(this.future, (future, now) => { this.future = future; this.past = [...this.past, now]; }); }

  private travel(from: Scenario[], keep: (rest: Scenario[], now: Scenario) => void): void {
    const to = from[from.length - 1];
    if (!to) return;
    keep(from.slice(0, -1), this.scenario);
    this.scenario = this.settled = to;
    this.write();
    this.solve();
  }

  private write(): void {
    const hash = this.address();
    if (hash !== location.hash) this.put("replaceState", hash);
  }

  /** Go to an address of the page; in a frame without an address of its own nothing but the picture changes. */
  go(hash: string): void {
    this.settle();
    this.put("pushState", hash);
    this.read(hash);
  }

  private put(how: "pushState" | "replaceState", hash: string): void {
    try { history[how](null, "", hash); } catch { /* a frame in a notebook has no address of its own */ }
  }

  say(text: string): void {
    this.later("say", 400, () => { this.said = text; });
  }

  private later(name: string, ms: number, work: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(work, ms);
  }

  /** Compute what the scenario needs, unless it is known. */
  solve(): void {
    const plans = this.screen === "treat", key = `${plans} ${keyOf(this.scenario)}`;
    if (key === this.solvedFor) return;
    this.solvedFor = key;
    const asked = performance.now(), generation = ++this.generation, scenario = this.scenario;
    this.engine.latest(async () => {
      try {
        const course = await this.engine.main(scenario, plans);
        this.failed = course.finished[1] ? "" : "stopped";
        this.course = course;
        if (generation === this.generation) this.stale();
        requestAnimationFrame(() => setTimeout(() => document.dispatchEvent(new CustomEvent("zonula:painted", {
          detail: { ms: performance.now() - asked, newest: generation === this.generation } }))));
      } catch (error) {
        this.failed = error instanceof Error ? error.message : String(error);
      }
    });
    this.later("still", STILL, () => void this.drawBands(generation));
  }

  /** A band of another plan or person is worse than none. */
  private stale(): void {
    if (this.bands.length) this.bands = [];
  }

  private async drawBands(generation: number): Promise<void> {
    const s = this.scenario, alive = () => generation === this.generation, asked = performance.now();
    const others = this.screen === "treat" ? s.plans.map((_, k) => k).filter((k) => k !== s.plan) : [];
    try {
      for (const k of [s.plan, ...others])
        await this.engine.band(s, s.plans[k], DRAWS, alive, (band) => {
          const bands = [...this.bands];
          bands[k] = band;
          this.bands = bands;
          requestAnimationFrame(() => document.dispatchEvent(new CustomEvent("zonula:band", {
            detail: { ms: performance.now() - asked + STILL, draws: band.asked } })));
        });
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
  }
}

/** A scenario but for where one looks, which is no step to take back. */
const stepOf = (s: Scenario): string => encode("body", { ...s, day: EMPTY.day });

/** A scenario but for what changes nobody's life. */
export function keyOf(s: Scenario): string {
  return stepOf({ ...s, trial: EMPTY.trial });
}
