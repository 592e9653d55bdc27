// A scenario as the part of an address after #, and back: readable, short, and forgiving.
//
//   #treat?v=1&who=ra_early&s=barrier:0.5,stress:0.25&a=adalimumab:0:168:40:14,naproxen:0:30:500&b=...&plan=b&stop=180&cut=systemic&cutfrom=90&day=30&trial=200:24:1:a:none
import { EMPTY, NEVER, PLANS, SPAN, TRIAL } from "./scenario.ts";
import type { Bar, Bundle, Design, Scenario } from "./types.ts";

export const SCREENS = ["story", "body", "treat", "why", "crowd", "evidence", "lab"] as const;
export type Screen = (typeof SCREENS)[number];
export const VERSION = 1;
const LETTERS = ["a", "b", "c", "d"];

/** What was not understood, by kind, for a friendly message. */
export interface Trouble { kind: "screen" | "version" | "person" | "slider" | "treatment" | "road" | "number" | "word"; what: string }
export interface Read { screen: Screen; scenario: Scenario | null; trouble: Trouble[] }

const short = (x: number) => String(Math.round(x * 1000) / 1000);

export function encode(screen: Screen, s: Scenario): string {
  const parts: string[] = [];
  const sliders = Object.entries(s.sliders).map(([id, x]) => `${id}:${short(x)}`);
  if (s.person !== EMPTY.person) parts.push(`who=${s.person}`);
  if (sliders.length) parts.push(`s=${sliders.join(",")}`);
  s.plans.forEach((plan, k) => { if (plan.length || k === s.plans.length - 1 && k > 0) parts.push(`${LETTERS[k]}=${plan.map(barText).join(",")}`); });
  if (s.plan) parts.push(`plan=${LETTERS[s.plan]}`);
  if (s.stop !== null) parts.push(`stop=${short(s.stop)}`);
  if (s.cut.length) parts.push(`cut=${s.cut.join(",")}`);
  if (s.cut.length && s.cutFrom !== NEVER) parts.push(`cutfrom=${short(s.cutFrom)}`);
  if (s.day !== EMPTY.day) parts.push(`day=${short(s.day)}`);
  const trial = trialText(s.trial);
  if (trial !== trialText(EMPTY.trial)) parts.push(`trial=${trial}`);
  return `#${screen}${parts.length ? `?v=${VERSION}&${parts.join("&")}` : ""}`;
}

/** "200:24:1:a:none": people, weeks, seed, and the plans of both arms. */
const trialText = (d: Design) => [d.persons, d.weeks, d.seed, LETTERS[d.active], LETTERS[d.control] ?? "none"].join(":");

function barText(bar: Bar): string {
  const all = [bar.what, short(bar.start), short(bar.end), short(bar.dose), short(bar.every), short(bar.adherence)];
  if (bar.adherence === 1) all.pop();
  return all.join(":");
}

/** Read an address. Without a query the scenario is null: the screen changes and the rest stays. Whatever is wrong is left out and told. */
export function decode(hash: string, b: Bundle): Read {
  const [name, query] = hash.replace(/^#/, "").split(/\?(.*)/s), trouble: Trouble[] = [];
  let screen: Screen = "body";
  if ((SCREENS as readonly string[]).includes(name)) screen = name as Screen;
  else if (name) trouble.push({ kind: "screen", what: name });
  if (query === undefined) return { screen, scenario: null, trouble };
  const s: Scenario = structuredClone(EMPTY);
  for (const part of query.split("&").filter(Boolean)) {
    const [key, value] = [part.split("=")[0], decoded(part.slice(part.indexOf("=") + 1))];
    if (key === "v") { if (Number(value) !== VERSION) trouble.push({ kind: "version", what: value }); }
    else if (key === "who") b.people.some((p) => p.id === value) ? (s.person = value) : trouble.push({ kind: "person", what: value });
    else if (key === "s") readSliders(value, b, s, trouble);
    else if (LETTERS.includes(key)) { const k = LETTERS.indexOf(key); while (s.plans.length <= k) s.plans.push([]); s.plans[k] = readBars(value, b, trouble); }
    else if (key === "plan") s.plan = Math.max(LETTERS.indexOf(value), 0);
    else if (key === "stop") s.stop = numeric(value, 0, SPAN[1], trouble);
    else if (key === "cut") s.cut = value.split(",").filter((road) => known(b.place.road.has(road), "road", road, trouble));
    else if (key === "cutfrom") s.cutFrom = numeric(value, NEVER, SPAN[1], trouble) ?? NEVER;
    else if (key === "trial") s.trial = readTrial(value, trouble);
    else if (key === "day") s.day = numeric(value, SPAN[0], SPAN[1], trouble) ?? EMPTY.day;
    else trouble.push({ kind: "word", what: part });
  }
  s.plans = s.plans.slice(0, PLANS);
  s.plan = Math.min(s.plan, s.plans.length - 1);
  return { screen, scenario: s, trouble };
}

function decoded(text: string): string {
  try { return decodeURIComponent(text); } catch { return text; }
}

function known(is: boolean, kind: Trouble["kind"], what: string, trouble: Trouble[]): boolean {
  if (!is) trouble.push({ kind, what });
  return is;
}

function numeric(text: string | undefined, low: number, high: number, trouble: Trouble[]): number | null {
  const x = Number(text);
  if (text === undefined || text.trim() === "" || !Number.isFinite(x)) { trouble.push({ kind: "number", what: text ?? "" }); return null; }
  return Math.min(Math.max(x, low), high);
}

function readSliders(text: string, b: Bundle, s: Scenario, trouble: Trouble[]): void {
  for (const part of text.split(",").filter(Boolean)) {
    const [id, value] = part.split(":");
    if (!known(b.sliders.sliders.some((x) => x.id === id), "slider", id, trouble)) continue;
    const x = numeric(value, 0, 1, trouble);
    if (x !== null) s.sliders[id] = x;
  }
}

function readTrial(text: string, trouble: Trouble[]): Design {
  const [persons, weeks, seed, active, control] = text.split(":"), usual = EMPTY.trial;
  const whole = (part: string | undefined, name: keyof typeof TRIAL) => Math.round(numeric(part, TRIAL[name][0], TRIAL[name][1], trouble) ?? usual[name]);
  return { persons: whole(persons, "persons"), weeks: whole(weeks, "weeks"), seed: whole(seed, "seed"),
           active: Math.max(LETTERS.indexOf(active), 0), control: LETTERS.indexOf(control) };
}

function readBars(text: string, b: Bundle, trouble: Trouble[]): Bar[] {
  const bars: Bar[] = [];
  for (const part of text.split(",").filter(Boolean).slice(0, 20)) {
    const [what, start, end, dose, every, adherence] = part.split(":");
    const t = b.treatments.treatments.find((x) => x.id === what);
    if (!known(t !== undefined, "treatment", what, trouble) || !t) continue;
    const span = t.dose ?? t.strength ?? { usual: 1, min: 0, max: 1, step: 1 };
    const from = numeric(start, 0, SPAN[1] - 1, trouble), to = numeric(end, 1, SPAN[1], trouble);
    if (from === null || to === null) continue;
    bars.push({ what, start: from, end: Math.max(to, from + 1), dose: dose === undefined ? span.usual : numeric(dose, 0, span.max, trouble) ?? span.usual,
                every: every === undefined ? t.every?.usual ?? 1 : numeric(every, 1, 365, trouble) ?? 1,
                adherence: adherence === undefined ? 1 : numeric(adherence, 0, 1, trouble) ?? 1 });
  }
  return bars;
}
