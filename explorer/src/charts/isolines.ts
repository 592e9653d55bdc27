export type Point = [x: number, y: number];

/** Where a grid of values (row after row) crosses a level: pieces of lines in units of cells (marching squares). */
export function isolines(values: ArrayLike<number>, width: number, height: number, level: number): [Point, Point][] {
  const out: [Point, Point][] = [];
  for (let j = 0; j + 1 < height; j++)
    for (let i = 0; i + 1 < width; i++) {
      const corners: [number, number, number][] = [[i, j, 0], [i + 1, j, 1], [i + 1, j + 1, width + 1], [i, j + 1, width]];
      const at = corners.map(([, , k]) => values[j * width + i + k]);
      if (!at.every(Number.isFinite)) continue;
      const crossed: Point[] = [];
      for (let k = 0; k < 4; k++) {
        const next = (k + 1) % 4;
        if (at[k] < level === at[next] < level) continue;
        const share = (level - at[k]) / (at[next] - at[k]), [x0, y0] = corners[k], [x1, y1] = corners[next];
        crossed.push([x0 + share * (x1 - x0), y0 + share * (y1 - y0)]);
      }
      for (let k = 0; k + 1 < crossed.length; k += 2) out.push([crossed[k], crossed[k + 1]]);
    }
  return out;
}
