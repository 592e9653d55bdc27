// How people differ: laws of spread, and a small generator of normal numbers with a seed.
import type { Law } from "./types.ts";

/** A value of a law by its normal score, around its median. */
export function quantile([law, below, above]: Law, median: number, z: number): number {
  const shift = z * (z < 0 ? below : above);
  if (law === "fixed" || median === 0 || !shift) return median;
  if (law === "lognormal") return Math.exp(Math.log(median) + shift);
  if (law === "logitnormal") return 1 / (1 + Math.exp(-(Math.log(median / (1 - median)) + shift)));
  return median + shift;
}

/** Uniform numbers in [0, 1): mulberry32, good enough for drawing people. */
export function uniform(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normal numbers (Box and Muller). */
export function normals(seed: number): () => number {
  const next = uniform(seed);
  let spare: number | null = null;
  return () => {
    if (spare !== null) { const z = spare; spare = null; return z; }
    const r = Math.sqrt(-2 * Math.log(1 - next())), turn = 2 * Math.PI * next();
    spare = r * Math.sin(turn);
    return r * Math.cos(turn);
  };
}

/** The distribution of the standard normal (Abramowitz and Stegun 7.1.26, error below 1e-7). */
export function phi(z: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(z) / Math.SQRT2), x = (z * z) / 2;
  const erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

export interface Compared { difference: number; low: number; high: number; p: number; error: number }

/** Two groups by their means: difference (b - a), its 95 % interval and two-sided p, by the normal approximation of Welch's test. */
export function compare(a: number[], b: number[]): Compared {
  const [ma, va] = moments(a), [mb, vb] = moments(b);
  const error = Math.sqrt(va / a.length + vb / b.length), difference = mb - ma;
  return { difference, low: difference - 1.96 * error, high: difference + 1.96 * error, p: 2 * (1 - phi(Math.abs(difference) / error)), error };
}

export const NOTICED = 10; // mm of pain: a smaller difference is not noticed

/** Whether a difference is clear by the numbers, and nobody would notice it. */
export const unnoticed = (c: Compared) => c.p < 0.05 && Math.abs(c.difference) < NOTICED;

export function moments(values: number[]): [mean: number, variance: number] {
  const mean = values.reduce((x, y) => x + y, 0) / values.length;
  return [mean, values.reduce((x, y) => x + (y - mean) ** 2, 0) / Math.max(values.length - 1, 1)];
}

/** Power of a two-sided test at 5 % with n a group, for a difference and a common spread. */
export function power(n: number, difference: number, sd: number): number {
  const shift = Math.abs(difference) / (sd * Math.sqrt(2 / n));
  return 1 - phi(1.959964 - shift) + phi(-1.959964 - shift);
}
