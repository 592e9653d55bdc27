import type { Lives } from "./questions.ts";
import type { Arm } from "./types.ts";

/** People and their plans as a worker is asked for them; each arm belongs to one person, or `of` says whose it is. */
export function livesOf(arms: Arm[], parameters: Float64Array[], times: Float64Array, chosen: number[], of?: number[]): Lives {
  const all = new Float64Array(parameters.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parameters) { all.set(p, at); at += p.length; }
  return { arms, times, chosen, parameters: all, armOf: Int32Array.from(of ?? arms.map((_, k) => k)) };
}
