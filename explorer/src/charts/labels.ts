/** Labels at the ends of lines, moved apart so that they can be read; the order stays. */
export function spread<T extends { y: number }>(labels: T[], gap: number, top: number, low: number): T[] {
  const out = labels.map((l) => ({ ...l })).sort((a, b) => a.y - b.y);
  for (let k = 1; k < out.length; k++) out[k].y = Math.max(out[k].y, out[k - 1].y + gap);
  const over = (out[out.length - 1]?.y ?? 0) - low;
  if (over > 0) for (let k = out.length - 1; k >= 0; k--) {
    out[k].y = k === out.length - 1 ? low : Math.min(out[k].y, out[k + 1].y - gap);
  }
  for (const l of out) l.y = Math.max(l.y, top);
  return out;
}
