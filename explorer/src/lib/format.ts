// Numbers and units as a person writes them.
import { t } from "./words.ts";

export function number(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) < 1e-4) return "0";
  if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3) {
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa} × 10${superscript(Number(power))}`;
  }
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  const text = value.toFixed(Math.min(places, 6)).replace("-", "−");
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, "\u202f");
}

/** A number of a scale, no finer than it is known: whole, or with so many places; less than the last of them is "below 1". */
export function rounded(value: number, places = 0): string {
  const least = 10 ** -places, size = Math.abs(value);
  return size >= 0.05 * least && size < least ? t("below", { n: least }) : plain(value, places);
}

/** The same for the ends of a range: the nearest. */
export const plain = (value: number, places = 0) => number(Number(value.toFixed(places)), 5);

/** Parts in whole numbers that add up to the whole (by largest remainders). */
export function apportioned(parts: number[]): number[] {
  const out = parts.map(Math.floor), sum = (of: number[]) => of.reduce((a, b) => a + b, 0);
  const order = parts.map((_, k) => k).sort((a, b) => parts[b] - out[b] - (parts[a] - out[a]));
  for (const k of order.slice(0, Math.round(sum(parts)) - sum(out))) out[k] += 1;
  return out;
}

const superscript = (n: number) => (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]).join("");

/** `pg{LAL}/mL` is read as pg/mL, `ug` as µg, `1` as nothing. */
export function unitText(unit: string): string {
  return unit === "1" ? "" : unit.replace(/\{[^}]*\}/g, "").replace(/\bug\b/g, "µg").replace(/\bum\b/g, "µm").replaceAll("*", " ")
    .replace(/\^(-?\d+)/g, (_, n: string) => superscript(Number(n)));
}

export function withUnit(value: number, unit: string, digits = 3): string {
  const u = unitText(unit);
  return u ? `${number(value, digits)}\u00a0${u}` : number(value, digits);
}

/** A number on an axis, short however small it is. */
export function tick(value: number): string {
  if (!value || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)) return number(value, 2);
  return value.toExponential(1).replace(".0", "").replace("e+", "e").replace("-", "−");
}

export const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;

/** A day of the picture in words: today, day 30, 6 months. */
export function dayText(day: number): string {
  const whole = Math.round(day);
  if (!whole) return t("day.today");
  return whole < 0 ? t("day.ago", { n: -whole }) : whole === 365 ? t("day.year") : whole === 1 ? t("day.one") : t("day.in", { n: whole });
}

export function dateTick(day: number): string {
  if (day === 0) return t("day.today");
  if (Math.abs(day) < 60) return t("tick.days", { n: `${day < 0 ? "−" : ""}${Math.abs(day)}` });
  return day === 365 ? t("tick.year") : t("tick.months", { n: Math.round(day / 30.4) });
}
