// The story in eight steps: for each a small experiment that is run in the page, and the claim that it puts to the test.
import { armOf, EMPTY, happeningsOf, usualBar } from "../lib/scenario.ts";
import type { Arm, Bundle, Dose, Scenario, Setting } from "../lib/types.ts";

export interface Step {
  id: string; claim: number; person: string; readout: string; until: number; start: number; max: number; step: number;
  /** The life without and the life with what the slider says. */
  lives: (b: Bundle, x: number) => { arms: [Arm, Arm]; people: [Scenario, Scenario] };
  /** Where the experiment goes on by hand. */
  more: (x: number) => string;
}

const of = (person: string, sliders: Record<string, number> = {}): Scenario => ({ ...EMPTY, person, sliders });
const now = (b: Bundle, person: string) => b.people.find((p) => p.id === person)?.now ?? 0;

/** Barrier damage for some days. */
function push(b: Bundle, person: string, x: number, days: number): Setting[] {
  const slider = b.sliders.sliders.find((s) => s.id === "barrier"), from = now(b, person);
  return (x ? slider?.moves ?? [] : []).map((m) => {
    const neutral = b.model.exposures[m.exposure].neutral;
    return { exposure: m.exposure, value: neutral + x ** m.bend * (m.to - neutral), start: from, end: from + days };
  });
}

function treated(b: Bundle, s: Scenario, what: string, dose: number, days = 365): Arm {
  const t = b.treatments.treatments.find((x) => x.id === what), arm = armOf(b, s);
  if (!t || !dose) return arm;
  const more = happeningsOf(b, { ...usualBar(t, 0, days), dose }, now(b, s.person), null);
  return { ...arm, doses: [...arm.doses, ...more.doses], settings: [...arm.settings, ...more.settings] };
}

function pushed(person: string, days: number): Step["lives"] {
  return (b, x) => {
    const s = of(person), arm = armOf(b, s);
    return { arms: [arm, { ...arm, settings: [...arm.settings, ...push(b, person, x, days)] }], people: [s, s] };
  };
}

function given(person: string, what: string, days = 365): Step["lives"] {
  return (b, x) => {
    const s = of(person);
    return { arms: [armOf(b, s), treated(b, s, what, x, days)], people: [s, s] };
  };
}

/** An infection of the gut, in units of 4 x 10^5 bacteria. */
function infected(b: Bundle, x: number): ReturnType<Step["lives"]> {
  const s = of("healthy"), arm = armOf(b, s);
  const known = b.people.flatMap((p) => p.happenings.doses).find((d) => d.amount === 4e5) as Dose | undefined;
  const doses = known && x ? [{ ...known, amount: 4e5 * x, start: now(b, "healthy") }] : [];
  return { arms: [arm, { ...arm, doses: [...arm.doses, ...doses] }], people: [s, s] };
}

/** The same push for everybody; the slider makes the person more susceptible. */
function susceptible(b: Bundle, x: number): ReturnType<Step["lives"]> {
  const arm = armOf(b, of("healthy")), hit = { ...arm, settings: [...arm.settings, ...push(b, "healthy", 0.75, 28)] };
  return { arms: [hit, hit], people: [of("healthy"), of("healthy", { genes: x })] };
}

/** Mending alone, and mending with an antibody against TNF. */
function both(b: Bundle, x: number): ReturnType<Step["lives"]> {
  const s = of("ra_early"), alone = treated(b, s, "gut_repair", x, 168), more = treated(b, s, "adalimumab", 40, 168), base = armOf(b, s);
  return { arms: [alone, { ...alone, doses: [...alone.doses, ...more.doses.slice(base.doses.length)] }], people: [s, s] };
}

export const STEPS: Step[] = [
  { id: "wall", claim: 4, person: "healthy", readout: "lactulose_mannitol_ratio", until: 90, start: 0.6, max: 1, step: 0.01, lives: pushed("healthy", 28), more: (x) => `#body?v=1&s=barrier:${x}` },
  { id: "blood", claim: 1, person: "leaky_stress", readout: "crp", until: 180, start: 0.6, max: 1, step: 0.01, lives: pushed("leaky_stress", 90), more: (x) => `#body?v=1&who=leaky_stress&s=barrier:${x}` },
  { id: "alarm", claim: 3, person: "healthy", readout: "il6", until: 30, start: 1, max: 3, step: 0.1, lives: infected, more: () => "#evidence" },
  { id: "circle", claim: 6, person: "healthy", readout: "lactulose_mannitol_ratio", until: 365, start: 0.5, max: 1, step: 0.01, lives: susceptible, more: (x) => `#why?v=1&s=genes:${x}` },
  { id: "joints", claim: 8, person: "ra_established", readout: "pain_vas", until: 365, start: 40, max: 80, step: 20, lives: given("ra_established", "adalimumab", 168), more: (x) => `#treat?v=1&who=ra_established&a=adalimumab:0:168:${x}:14` },
  { id: "mood", claim: 10, person: "crohn", readout: "phq9", until: 365, start: 1, max: 2, step: 0.05, lives: given("crohn", "gut_repair"), more: (x) => `#treat?v=1&who=crohn&a=gut_repair:0:365:${x}` },
  { id: "both", claim: 7, person: "ra_early", readout: "pain_vas", until: 365, start: 1, max: 2, step: 0.05, lives: both, more: (x) => `#treat?v=1&who=ra_early&a=gut_repair:0:168:${x},adalimumab:0:168:40:14` },
  { id: "whole", claim: 13, person: "ra_established", readout: "pain_vas", until: 365, start: 1, max: 2, step: 0.05, lives: given("ra_established", "gut_repair"), more: (x) => `#treat?v=1&who=ra_established&a=gut_repair:0:365:${x}` },
];
