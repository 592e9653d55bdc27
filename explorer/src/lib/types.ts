// The data that Python writes beside the page, and what the page makes of them.

export type Law = [law: string, below: number, above: number];
export interface Readout { name: string; unit: string; meaning: string }
export interface Exposure { path: string; unit: string; meaning: string; neutral: number; within: [number, number] }
export interface Road { name: string; about: string; asked: boolean }

export interface Model {
  format: string;
  model: string;
  version: string;
  notice: string;
  readouts: Readout[];
  states: { path: string; unit: string; meaning: string }[];
  exposures: Exposure[];
  processes: string[];
  roads: Road[];
  parameters: { path: string[]; value: number[]; unit: string[]; meaning: string[]; variability: Law[]; uncertainty: Law[] };
  ways: { per_weight: boolean; volume: unknown }[];
  weight: number;
  no_size: number;
  job: Record<string, number>;
  draws: { count: number; width: number; columns: number[]; closed: number[][]; variant: string[]; name: string };
  variants: { name: string; title: string; about: string; weight: number }[];
  arrows: { resting: number[]; place: string[]; circles: Record<string, [string, string][]> };
  shown: string[];
  status: Record<string, string>;
  grade: Record<string, string>;
}

export interface Dose { state: number; way: number; amount: number; start: number; duration: number }
export interface Setting { exposure: number; value: number; start: number; end: number | null }
export interface Closing { road: number; start: number }
export interface Happenings { doses: Dose[]; settings: Setting[] }

export interface Person {
  id: string; title: string; short: string; about: string; now: number; horizon: number;
  parameters: Record<string, number>; times: Record<string, number>; person: Record<string, number | boolean>;
  happenings: Happenings; sentences: string[]; entry: { readout: string; sign: string; number: number }[];
  draws: number[]; draws_of: number; at_now: Record<string, number>;
}

export interface Treatment {
  id: string; name: string; title: string; about: string; group: string; kind: "dose" | "practice"; warns: string; people: boolean; source: string;
  sentences: string[];
  state?: number; way?: number; per_unit?: number; unit?: string; dose?: Span; every?: { usual: number; choices: number[] };
  a_day?: number; steady?: boolean; duration?: number; first?: number[] | null;
  moves?: { exposure: number; full: number }[]; strength?: Span; usual?: [number, string] | null;
}
export interface Span { usual: number; min: number; max: number; step: number }
export interface Treatments { groups: { id: string; title: string }[]; treatments: Treatment[]; map: { x: string; y: string } }

export interface Slider {
  id: string; title: string; about: string; low: string; high: string; words?: [number, string][];
  moves?: { exposure: number; to: number; bend: number }[];
  parameters?: { path: string; times?: number; from?: number; to?: number }[];
}
export interface Sliders { six: string[]; more: string[]; sliders: Slider[] }

/** All that the page computes with from its start. */
export interface Bundle {
  model: Model; people: Person[]; treatments: Treatments; sliders: Sliders;
  place: { readout: Map<string, number>; parameter: Map<string, number>; road: Map<string, number> };
}

/** One treatment over a stretch of days from today; `dose` is the strength of a practice. */
export interface Bar { what: string; start: number; end: number; dose: number; every: number; adherence: number }

/** A trial of many people: which plan against which (-1: nothing), by number. */
export interface Design { persons: number; weeks: number; seed: number; active: number; control: number }

export interface Scenario {
  person: string;
  sliders: Record<string, number>;
  plans: Bar[][];
  plan: number; // the one that is shown
  stop: number | null; // all treatment ends on this day
  cut: string[]; // roads that are closed ...
  cutFrom: number; // ... from this day on (days from today; before the start: never open)
  day: number; // the cursor
  trial: Design;
}

/** One person under one plan, ready for the kernel. */
export interface Arm { doses: Dose[]; settings: Setting[]; closed: Closing[] }
