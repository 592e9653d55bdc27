import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../src/charts/labels.ts";
import { isolines } from "../src/charts/isolines.ts";
import { Band, between, Course, mean, quantileOf } from "../src/lib/course.ts";
import { apportioned, number, plain, rounded, unitText, withUnit } from "../src/lib/format.ts";
import { determinant, gainOf } from "../src/lib/linear.ts";
import { compare, moments, normals, phi, power, quantile, unnoticed } from "../src/lib/population.ts";
import { RANGES, levelOf, told } from "../src/lib/ranges.ts";
import { beside, besideSaid } from "../src/lib/sentences.ts";
import { shapley, subsets } from "../src/lib/shapley.ts";

test("shares add up, and are those of the definition", () => {
  const value = [10, 6, 7, 2, 9, 5, 6, 1]; // with roads of the mask closed
  const shares = shapley(value.map((v) => Float64Array.of(v)), 3).map((s) => s[0]);
  assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 10) < 1e-12);
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], by = [0, 0, 0];
  for (const order of orders) { let closed = 0; for (const road of order) { by[road] += (value[closed] - value[closed | (1 << road)]) / 6; closed |= 1 << road; } }
  by.forEach((share, k) => assert.ok(Math.abs(share - shares[k]) < 1e-12));
  assert.equal(shares[3], 1);
  assert.deepEqual(subsets(2), [0, 1, 2, 3]);
});

test("determinants and gains", () => {
  const d = determinant(Float64Array.of(0, 2, 3, 4), 2);
  assert.ok(Math.abs(d.sign * Math.exp(d.log) + 6) < 1e-12);
  assert.equal(determinant(Float64Array.of(1, 2, 2, 4), 2).sign, 0);
  const minus = Float64Array.of(1, -0.5, -0.8, 1); // two places that feed each other: gain 0.4
  assert.ok(Math.abs(gainOf(minus, determinant(minus, 2), ["a", "b"], [["a", "b"]]) - (1 - 0.6)) < 1e-12);
  assert.equal(gainOf(minus, determinant(minus, 2), ["a", "b"], [["a", "c"]]), 0);
});

test("laws of spread and the normal distribution", () => {
  assert.equal(quantile(["fixed", 1, 1], 3, 2), 3);
  assert.ok(Math.abs(quantile(["lognormal", 0.5, 0.2], 3, -1) - 3 * Math.exp(-0.5)) < 1e-12);
  assert.ok(Math.abs(quantile(["logitnormal", 1, 1], 0.5, 1) - 1 / (1 + Math.exp(-1))) < 1e-12);
  assert.equal(quantile(["normal", 2, 1], 3, 1), 4);
  const next = normals(1), drawn = Array.from({ length: 20000 }, next), [m, v] = moments(drawn);
  assert.ok(Math.abs(m) < 0.03 && Math.abs(v - 1) < 0.04, `${m} ${v}`);
  assert.ok(Math.abs(phi(1.959964) - 0.975) < 1e-6 && Math.abs(phi(-1) - 0.15865525) < 1e-6);
  assert.ok(Math.abs(power(63, 0.5, 1) - 0.8) < 0.01);
  const { difference, p } = compare([1, 2, 3, 4], [1, 2, 3, 4]);
  assert.ok(difference === 0 && Math.abs(p - 1) < 1e-6);
});

test("what is clear by the numbers and too small to be noticed is told", () => {
  const of = (difference: number, p: number) => unnoticed({ difference, low: 0, high: 0, p, error: 1 });
  assert.deepEqual([of(-4, 0.01), of(4, 0.049), of(-12, 0.001), of(-4, 0.06)], [true, true, false, false]);
});

test("courses and bands between their days", () => {
  const course = new Course([0, 10], ["a", "b"], Float64Array.of(0, 5, 10, 7), [true]);
  assert.equal(course.at("a", 0, 2.5), 2.5);
  assert.equal(course.at("b", 0, 10), 7);
  assert.ok(Number.isNaN(course.at("c", 0, 0)));
  assert.equal(between([0, 10], [0, 10], 99), 10);
  assert.equal(mean([0, 10, 20], [0, 10, 10], 0, 20), 7.5);
  assert.deepEqual(new Band([0], ["a"], Float64Array.of(1, 2, 3, 4, 5), 16, 16).at("a", 0), [1, 3, 5]);
  assert.equal(quantileOf([0, 1, 2, 3], 0.5), 1.5);
});

test("numbers and units as people write them", () => {
  assert.deepEqual([0, 0.0172, 1.5, 12.34, 123.4, 1234, 12345.6, 1.5e7, -3.25, NaN].map((x) => number(x)),
                   ["0", "0.0172", "1.5", "12.3", "123", "1\u202f234", "12\u202f346", "1.5 × 10⁷", "−3.25", "–"]);
  assert.equal(unitText("pg{LAL}/mL"), "pg/mL");
  assert.equal(unitText("ug/g"), "µg/g");
  assert.equal(withUnit(3, "1"), "3");
});

test("numbers of a scale are told no finer than they are known", () => {
  assert.deepEqual([0, 0.02, 0.692, -0.4, 1.4, 23.65, -12.6, NaN].map((x) => rounded(x)), ["0", "0", "below 1", "below 1", "1", "24", "−13", "–"]);
  assert.deepEqual([rounded(0.06, 1), rounded(-0.44, 1), plain(0.4), plain(-0.3), plain(100)], ["below 0.1", "−0.4", "0", "0", "100"]);
  assert.deepEqual([told("fatigue", 0.692), told("fatigue", 0.692, true), told("das28_crp", 4.567), told("cartilage", 0.8754), told("crp", 12.345), told("plasma_lps", 4.87)],
                   ["below 1", "1", "4.6", "88", "12", "4.9"]);
});

test("parts in whole numbers add up to the whole", () => {
  assert.deepEqual(apportioned([5.4, 3.4, 16.4, 1.8]), [6, 3, 16, 2]);
  const next = normals(5);
  for (let k = 0; k < 500; k++) {
    const parts = Array.from({ length: 4 }, () => 20 * next()), out = apportioned(parts);
    assert.ok(out.reduce((a, b) => a + b, 0) === Math.round(parts.reduce((a, b) => a + b, 0)));
    out.forEach((x, i) => assert.ok(Math.abs(x - parts[i]) < 1));
  }
});

test("levels rise as things get worse", () => {
  for (const [name, range] of Object.entries(RANGES)) {
    assert.equal(levelOf(name, range.usual), 0, name);
    range.limits.forEach((limit, k) => assert.equal(levelOf(name, limit), k + 1, name));
  }
});

test("labels are moved apart and stay within", () => {
  const out = spread([{ y: 50 }, { y: 51 }, { y: 52 }, { y: 100 }], 13, 0, 100);
  for (let k = 1; k < 4; k++) assert.ok(out[k].y - out[k - 1].y >= 13 - 1e-9);
  assert.ok(out[3].y <= 100);
});

test("isolines lie where the value is", () => {
  const n = 5, values = Array.from({ length: n * n }, (_, k) => k % n); // rises with x
  for (const [[x0], [x1]] of isolines(values, n, n, 2.5)) assert.ok(x0 === 2.5 && x1 === 2.5);
  assert.equal(isolines(values, n, n, 9).length, 0);
});

test("a line beside its band is told, one within it is not", () => {
  const days = [0, 100, 200, 300, 365], life = (value: number) => new Course(days, ["pain_vas"], Float64Array.from(days, () => value), [true]);
  const band = (finished = 64) => new Band(days, ["pain_vas"], Float64Array.from(days.flatMap(() => [10, 20, 30, 40, 60])), finished, 64);
  const found = (value: number) => beside("pain_vas", life(value), 0, band());
  assert.deepEqual([5, 9.9, 15, 19.9, 30, 40.1, 50, 61, 70].map((v) => { const f = found(v); return f ? `${f.place} ${f.how}` : ""; }),
                   ["below band", "below half", "below half", "", "", "", "above half", "above half", "above band"]); // less than anybody sees does not count
  assert.equal(beside("pain_vas", life(70), 0, band(15)), null);
  assert.equal(beside("pain_vas", life(70), 0, null), null);
  assert.equal(beside("crp", life(70), 0, band()), null);
  assert.match(besideSaid("pain_vas", life(70), 0, band())?.join(" ") ?? "", /runs above the band\..*64 other lives.*pain is lower/);
  assert.match(besideSaid("pain_vas", life(15), 0, band())?.join(" ") ?? "", /runs below the middle of the band\..*pain is higher/);
  assert.equal(besideSaid("pain_vas", life(30), 0, band()), null);
  const late = new Course(days, ["pain_vas"], Float64Array.of(30, 30, 30, 30, 99), [true]); // at the very end alone
  assert.equal(beside("pain_vas", late, 0, band()), null);
});
