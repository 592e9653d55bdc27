// Determinants of square matrices, for the gains of circles: the same as tipping/loops.py.

export interface Determinant { sign: number; log: number }

/** Sign and logarithm of a determinant, by LU with partial pivoting; `matrix` is row after row, and is kept. */
export function determinant(matrix: Float64Array, n: number): Determinant {
  const a = matrix.slice();
  let sign = 1, log = 0;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
    const pivot = a[best * n + k];
    if (!pivot) return { sign: 0, log: -Infinity };
    if (best !== k) {
      for (let j = k; j < n; j++) { const x = a[k * n + j]; a[k * n + j] = a[best * n + j]; a[best * n + j] = x; }
      sign = -sign;
    }
    if (pivot < 0) sign = -sign;
    log += Math.log(Math.abs(pivot));
    for (let i = k + 1; i < n; i++) {
      const f = a[i * n + k] / pivot;
      if (f) for (let j = k + 1; j < n; j++) a[i * n + j] -= f * a[k * n + j];
    }
  }
  return { sign, log };
}

/** The gain of an arrow from one place to another: 1 - det(-A) / det(-A without it). */
export function gainOf(minus: Float64Array, whole: Determinant, places: string[], arrows: [string, string][]): number {
  const n = places.length, open = minus.slice();
  let cut = false;
  for (const [from, to] of arrows)
    for (let i = 0; i < n; i++) if (places[i] === to) for (let j = 0; j < n; j++) if (places[j] === from && open[i * n + j]) { open[i * n + j] = 0; cut = true; }
  if (!cut) return 0;
  const without = determinant(open, n);
  return without.sign ? 1 - whole.sign * without.sign * Math.exp(whole.log - without.log) : NaN;
}
