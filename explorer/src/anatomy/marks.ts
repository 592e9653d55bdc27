// Small things that swim, each with its own shape: paths around (0, 0).
export const TRIANGLE = "M0 -3.8 L3.6 2.6 H-3.6 Z";
export const SQUARE = "M-2.6 -2.6 H2.6 V2.6 H-2.6 Z";
export const ANTIBODY = "M0 5 V0 L-4 -4.5 M0 0 L4 -4.5";
export const RING = [0, 1, 2, 3, 4].map((k) => {
  const x = 3.4 * Math.sin((2 * Math.PI * k) / 5), y = -3.4 * Math.cos((2 * Math.PI * k) / 5);
  return `M${(x - 1.7).toFixed(1)} ${y.toFixed(1)} a1.7 1.7 0 1 0 3.4 0 a1.7 1.7 0 1 0 -3.4 0`;
}).join(" ");

/** Points spread evenly over a rectangle; the first ones are the same however many there are. */
export function scattered(count: number, x: number, y: number, width: number, height: number, shift = 0): [number, number][] {
  return Array.from({ length: count }, (_, i) => {
    const k = i + 1 + shift;
    return [x + width * ((0.5 + 0.7548776662466927 * k) % 1), y + height * ((0.5 + 0.5698402909980532 * k) % 1)];
  });
}

/** A number in [0, 1) that looks random, and is always the same. */
export const noise = (k: number) => (0.5 + 0.618033988749895 * (k + 1)) % 1;
