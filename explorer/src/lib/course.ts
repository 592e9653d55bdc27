// What was computed: lives over time, and bands of many of them.

/** Several lives, each with the same readouts at the same days (from today). */
export class Course {
  private readonly kept = new Map<string, Float64Array>();
  constructor(readonly days: number[], readonly readouts: string[], private readonly values: Float64Array, readonly finished: boolean[]) {}

  get lives(): number { return this.finished.length; }

  series(name: string, life: number): Float64Array {
    const key = `${life} ${name}`, known = this.kept.get(key);
    if (known) return known;
    const r = this.readouts.indexOf(name), n = this.days.length, m = this.readouts.length;
    const out = Float64Array.from({ length: n }, (_, t) => (r < 0 ? NaN : this.values[(life * n + t) * m + r]));
    this.kept.set(key, out);
    return out;
  }

  /** A readout of a life on a day, between the days that were computed. */
  at(name: string, life: number, day: number): number {
    return between(this.days, this.series(name, life), day);
  }
}

export function between(days: readonly number[], values: ArrayLike<number>, day: number): number {
  const high = days.findIndex((d) => d >= day);
  if (high < 0) return values[days.length - 1];
  if (high === 0 || days[high] === day) return values[high];
  const share = (day - days[high - 1]) / (days[high] - days[high - 1]);
  return values[high - 1] + share * (values[high] - values[high - 1]);
}

/** The mean over days, by trapezes. */
export function mean(days: readonly number[], values: ArrayLike<number>, from: number, to: number, of: (v: number) => number = (v) => v): number {
  let sum = 0, width = 0;
  for (let k = 1; k < days.length; k++) {
    if (days[k] <= from || days[k - 1] >= to) continue;
    const step = Math.min(days[k], to) - Math.max(days[k - 1], from);
    sum += (step * (of(values[k]) + of(values[k - 1]))) / 2;
    width += step;
  }
  return width ? sum / width : NaN;
}

export const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Quantiles over people: `quantiles[(readout * days + day) * 5 + level]`. */
export class Band {
  constructor(readonly days: number[], readonly readouts: string[], private readonly quantiles: Float64Array, readonly finished: number,
              readonly asked: number) {}

  series(name: string, level: number): Float64Array | null {
    const r = this.readouts.indexOf(name), n = this.days.length;
    if (r < 0) return null;
    return Float64Array.from({ length: n }, (_, t) => this.quantiles[(r * n + t) * 5 + level]);
  }

  /** [5 %, median, 95 %] on a day. */
  at(name: string, day: number): [number, number, number] | null {
    if (!this.readouts.includes(name)) return null;
    const [low, middle, high] = [0, 2, 4].map((level) => between(this.days, this.series(name, level) as Float64Array, day));
    return [low, middle, high];
  }
}

/** Quantiles of sorted numbers, between neighbors. */
export function quantileOf(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1), low = Math.floor(at), share = at - low;
  return sorted[low] + (low + 1 < sorted.length ? share * (sorted[low + 1] - sorted[low]) : 0);
}
