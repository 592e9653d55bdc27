// Bands that are asked for at the same time: none loses lives to another.
import assert from "node:assert/strict";
import test from "node:test";
import { Kept } from "../src/lib/kept.ts";

const life = (x: number) => Float64Array.of(x);

test("bands that take turns keep their own lives", () => {
  const kept = new Kept(3);
  for (let k = 0; k < 4; k++) for (const tag of [7, 8, 9]) kept.of(tag).push(life(10 * tag + k));
  for (const tag of [7, 8, 9]) assert.deepEqual(kept.of(tag).map(([x]) => x), [0, 1, 2, 3].map((k) => 10 * tag + k));
});

test("the band that was longest not asked for is forgotten, and no more are held", () => {
  const kept = new Kept(2);
  kept.of(1).push(life(1));
  kept.of(2).push(life(2));
  kept.of(1);
  kept.of(3).push(life(3));
  assert.equal(kept.of(1).length, 1);
  assert.equal(kept.of(2).length, 0);
});
