// Plain sentences about what was computed.
import { type Band, between, type Course } from "./course.ts";
import { dayText, number, plain, rounded } from "./format.ts";
import { foldOf, levelOf, RANGES } from "./ranges.ts";
import { levelWord, listed, name, t } from "./words.ts";

/** What is off at the cursor, along the chain from wall to pain. */
export function chain(course: Course, day: number, changed: boolean): string {
  const at = (readout: string, life = 1) => course.at(readout, life, day);
  const off: string[] = [];
  const leak = foldOf("lactulose_mannitol_ratio", at("lactulose_mannitol_ratio"));
  if (levelOf("eroded_fraction", at("eroded_fraction"))) off.push(t("chain.eroded", { much: number(100 * at("eroded_fraction"), 2) }));
  if (leak > 1.3) off.push(t("chain.leak", { fold: number(leak, 2) }));
  const blood = foldOf("plasma_lps", at("plasma_lps"));
  if (blood > 1.3) off.push(t("chain.lps", { fold: number(blood, 2) }));
  if (levelOf("crp", at("crp"))) off.push(t("chain.crp", { much: number(at("crp"), 2), word: levelWord(levelOf("crp", at("crp"))) }));
  if (levelOf("swelling", at("swelling"))) off.push(t("chain.joints", { n: rounded(at("sjc28")) }));
  const when = Math.abs(day) < 0.5 ? t("chain.today") : t(day < 0 ? "chain.before" : Math.round(day) === 1 ? "chain.one" : "chain.when", { n: Math.abs(Math.round(day)) });
  const first = off.length ? `${when} ${listed(off)}.` : t("chain.well", { when });
  if (!changed) return first;
  const more = at("pain_vas") - at("pain_vas", 0), held = leak > 1.3 * foldOf("lactulose_mannitol_ratio", at("lactulose_mannitol_ratio", 0));
  return `${first} ${Math.abs(more) < 2 ? t(held ? "chain.held" : "chain.same") : t(more > 0 ? "chain.more" : "chain.less", { mm: rounded(Math.abs(more)), day: dayText(day) })}`;
}

/** How the line and the band of pain lie. */
export function painSaid(course: Course, band: Band | null): string {
  const end = course.at("pain_vas", 1, 365), range = band?.at("pain_vas", 365);
  const line = t("pain.line", { mm: rounded(end), word: levelWord(levelOf("pain_vas", end)) });
  if (!band || !range) return `${line} ${t("pain.wait")}`;
  if (band.finished < FEW) return `${line} ${t("pain.few", { n: band.finished, of: band.asked })}`;
  return `${line} ${t("pain.band", { low: plain(range[0]), high: plain(range[2]), median: plain(range[1]), n: band.finished })}`;
}

const FEW = 16; // lives: of fewer there is no band
const OFTEN = 0.25; // of the days

export interface Beside { place: "above" | "below"; how: "band" | "half" }

/** Whether the line lies beside its band for much of the time: outside of nine of ten lives, or of the half in the middle. */
export function beside(readout: string, course: Course, life: number, band: Band | null, from = 0): Beside | null {
  const series = [0, 1, 3, 4].map((level) => band?.series(readout, level) ?? null);
  if (!band || band.finished < FEW || series.some((s) => s === null)) return null;
  const days = course.days.filter((d) => d >= from), [low, lower, upper, high] = series as Float64Array[];
  const values = course.series(readout, life), at = (of: Float64Array, d: number) => between(band.days, of, d);
  const top = Math.max(...days.map((d) => Math.max(at(high, d), between(course.days, values, d))));
  const limits = RANGES[readout]?.limits ?? [0], near = Math.max(0.03 * top, limits[0] < (limits[2] ?? Infinity) ? 0.2 * limits[0] : 0); // what nobody sees on the chart
  const share = (test: (d: number) => boolean) => days.filter(test).length / days.length;
  for (const [how, below, above] of [["band", low, high], ["half", lower, upper]] as const) {
    const over = share((d) => between(course.days, values, d) > at(above, d) + near), under = share((d) => between(course.days, values, d) < at(below, d) - near);
    if (Math.max(over, under) > OFTEN) return { place: over >= under ? "above" : "below", how };
  }
  return null;
}

/** That the line and the band are not the same, and why, in plain words; nothing where the line runs in the middle of the band. */
export function besideSaid(readout: string, course: Course, life: number, band: Band | null): [that: string, why: string] | null {
  const found = beside(readout, course, life, band);
  return found && [t("beside.that", { where: t(`beside.${found.place}.${found.how}`) }),
                   t("beside.why", { what: name(readout), n: band?.finished ?? 0, other: t(`beside.${found.place}.most`) })];
}
