// How readouts are judged against normal: the same limits as report/ranges.py. For reading a picture, not for a diagnosis.

import { number, plain, rounded } from "./format.ts";
import { t } from "./words.ts";

export interface Range { usual: number; limits: [number, number, number]; factor?: number; shown?: string }

export const RANGES: Record<string, Range> = {
  lactulose_mannitol_ratio: { usual: 0.018, limits: [0.03, 0.06, 0.12] },
  calprotectin: { usual: 25, limits: [50, 250, 600] },
  mucus_thickness: { usual: 200, limits: [150, 100, 50] },
  eroded_fraction: { usual: 0.001, limits: [0.005, 0.015, 0.05], factor: 100, shown: "%" },
  butyrate_producers: { usual: 1, limits: [0.6, 0.3, 0.1], factor: 100, shown: "%" },
  plasma_lps: { usual: 5, limits: [14, 28, 100] },
  il6: { usual: 1.8, limits: [7, 30, 150] },
  tnf: { usual: 2, limits: [8, 30, 150] },
  crp: { usual: 1.4, limits: [3, 10, 40] },
  autoantibody: { usual: 2, limits: [20, 60, 200] },
  swelling: { usual: 0, limits: [0.036, 0.2, 0.4], factor: 100, shown: "%" },
  sjc28: { usual: 0, limits: [1, 6, 11], shown: t("of", { n: 28 }) },
  cartilage: { usual: 1, limits: [0.97, 0.9, 0.8], factor: 100, shown: "%" },
  das28_crp: { usual: 1.6, limits: [2.6, 3.2, 5.1] },
  haq: { usual: 0, limits: [0.5, 1, 2], shown: t("of", { n: 3 }) },
  pain_vas: { usual: 1.5, limits: [5, 45, 75] },
  phq9: { usual: 3, limits: [5, 10, 15], shown: t("of", { n: 27 }) },
  fatigue: { usual: 5, limits: [20, 50, 75], shown: t("of", { n: 100 }) },
};
/** Readouts of which ribbons are drawn. */
export const RIBBONED = [...Object.keys(RANGES), "il10", "cortisol", "joint_tnf", "gut_th17"];

/** Places behind the point of what is told on a scale; everything else has two digits. */
const PLACES: Record<string, number> = { pain_vas: 0, pain_felt: 0, patient_global: 0, fatigue: 0, phq9: 0, sjc28: 0, tjc28: 0, cartilage: 0, swelling: 0, das28_crp: 1, haq: 1 };

/** Whether a readout is told on a scale of its own unit. */
export const scaled = (name: string) => name in PLACES && !RANGES[name]?.factor;

/** A readout as it is told, without its unit; as the end of a range, without "below". */
export function told(name: string, value: number, end = false): string {
  const x = value * (RANGES[name]?.factor ?? 1), places = PLACES[name];
  return places === undefined ? number(x, 2) : (end ? plain : rounded)(x, places);
}

export type Level = 0 | 1 | 2 | 3;

export function levelOf(name: string, value: number): Level {
  const range = RANGES[name];
  if (!range || !Number.isFinite(value)) return 0;
  const low = range.limits[0] > range.limits[2];
  return range.limits.filter((limit) => (low ? value <= limit : value >= limit)).length as Level;
}

/** Relative to health; where health is none, 1 is added. */
export function foldOf(name: string, value: number): number {
  const usual = RANGES[name]?.usual ?? 1;
  return usual ? value / usual : 1 + value;
}

/** How many of something are drawn: more with the logarithm of how much there is. */
export function counted(fold: number, least: number, each: number, most: number): number {
  return Math.round(Math.min(Math.max(least + each * Math.log2(Math.max(fold, 1e-9)), 0), most));
}
