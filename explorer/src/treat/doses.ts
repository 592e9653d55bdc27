import { number, percent } from "../lib/format.ts";
import { treatmentOf } from "../lib/scenario.ts";
import type { Bar, Bundle, Treatment } from "../lib/types.ts";
import { t } from "../lib/words.ts";

/** "40 mg every 14 days", "as in trials", "half of it". */
export function doseText(treatment: Treatment, bar: Bar): string {
  const taken = bar.adherence < 1 ? `, ${t("treat.taken", { share: percent(bar.adherence) })}` : "";
  if (treatment.kind === "practice") {
    if (treatment.usual) return `${number(bar.dose * treatment.usual[0])} ${treatment.usual[1].replace("ug", "µg")} ${t("treat.daily")}${taken}`;
    return `${bar.dose === 1 ? t("treat.full") : t("treat.strength", { share: percent(bar.dose) })}${taken}`;
  }
  const often = treatment.steady ? t(`treat.times${treatment.a_day ?? 1}`) : t("treat.every", { n: bar.every });
  return `${number(bar.dose)} ${treatment.unit} ${often}${taken}`;
}

/** A bar as the sentences of a scenario file; days counted from the start of the run. */
export function sentencesOf(b: Bundle, bar: Bar, now: number, stop: number | null): string[] {
  const treatment = treatmentOf(b, bar.what), end = Math.min(bar.end, stop ?? Infinity);
  if (!treatment || end <= bar.start) return [];
  const plain = (x: number) => String(Number(x.toPrecision(6)));
  const values = (treatment.moves ?? []).map((m) => {
    const { neutral, within } = b.model.exposures[m.exposure];
    return Math.min(Math.max(neutral + bar.adherence * bar.dose * (m.full - neutral), within[0]), within[1]);
  });
  const dose = treatment.usual ? bar.dose * treatment.usual[0] : bar.dose;
  const share = treatment.kind === "practice" && !treatment.usual ? bar.dose * bar.adherence : bar.adherence;
  const loading = treatment.first ?? [], later = bar.start + (loading.length ? loading[loading.length - 1] + bar.every : 0); // after the doses that come closer together
  const templates = treatment.sentences.flatMap((sentence) => [
    ...loading.filter((day) => bar.start + day < end).map((day) => sentence.replace(/every .*$/, `at day ${plain(now + bar.start + day)}`)),
    ...(later < end ? [sentence] : [])]);
  return templates.map((sentence) => sentence.replace(/\{value:(\d+)\}/g, (_, k: string) => plain(values[Number(k)]))
    .replace("{dose}", plain(dose)).replace("{every}", plain(bar.every)).replace("{start}", plain(now + later)).replace("{end}", plain(now + end))
    .replace("{adherence}", plain(100 * share)) + (treatment.kind === "dose" && bar.adherence < 1 ? ` adherence ${plain(100 * bar.adherence)}%` : ""));
}
