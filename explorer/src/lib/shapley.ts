// How a readout is shared out among roads: the same as simulation/shares.py.

/** All subsets of n roads as bit masks, smaller ones first. */
export function subsets(n: number): number[] {
  return [...Array(2 ** n).keys()].sort((a, b) => bits(a) - bits(b) || a - b);
}

const bits = (mask: number) => mask.toString(2).replaceAll("0", "").length;

function choose(n: number, k: number): number {
  let out = 1;
  for (let i = 0; i < k; i++) out = (out * (n - i)) / (i + 1);
  return out;
}

/** The share of each road over time, and last what is left with all closed; `outcomes[mask]` is with the roads of the mask closed. */
export function shapley(outcomes: Float64Array[], n: number): Float64Array[] {
  const length = outcomes[0].length, shares: Float64Array[] = [];
  for (let road = 0; road < n; road++) {
    const share = new Float64Array(length), own = 1 << road;
    for (const closed of subsets(n)) {
      if (closed & own) continue;
      const weight = 1 / (n * choose(n - 1, bits(closed)));
      for (let t = 0; t < length; t++) share[t] += weight * (outcomes[closed][t] - outcomes[closed | own][t]);
    }
    shares.push(share);
  }
  return [...shares, outcomes[2 ** n - 1]];
}
