// What a plan comes to: rows of the table of outcomes.
import { type Band, type Course, mean } from "../lib/course.ts";
import { number, percent } from "../lib/format.ts";
import { foldOf, told } from "../lib/ranges.ts";
import { t } from "../lib/words.ts";

export interface Cell { text: string; range: string; value: number }
export interface Row { key: string; unit: string; better: -1 | 1; cell: (course: Course, life: number, band: Band | null) => Cell }

const MILD = 30; // mm: pain that most people call acceptable

function at(readout: string, day: number, show: (v: number, end?: boolean) => string): Row["cell"] {
  return (course, life, band) => {
    const value = course.at(readout, life, day), range = band && band.finished >= 16 ? band.at(readout, day) : null;
    return { text: show(value), range: range ? `${show(range[0], true)} – ${show(range[2], true)}` : "", value };
  };
}

const as = (readout: string) => (v: number, end?: boolean) => told(readout, v, end);
export const ROWS: Row[] = [
  { key: "pain180", unit: "mm", better: -1, cell: at("pain_vas", 180, as("pain_vas")) },
  { key: "pain365", unit: "mm", better: -1, cell: at("pain_vas", 365, as("pain_vas")) },
  { key: "free", unit: "", better: 1, cell: (course, life) => {
    const value = mean(course.days, course.series("pain_vas", life), 0, 365, (v) => (v < MILD ? 1 : 0));
    return { text: percent(value), range: "", value };
  } },
  { key: "joints", unit: t("of", { n: 28 }), better: -1, cell: at("sjc28", 365, as("sjc28")) },
  { key: "leak", unit: "", better: -1, cell: at("lactulose_mannitol_ratio", 180, (v) => `${number(foldOf("lactulose_mannitol_ratio", v), 2)} ×`) },
  { key: "eroded", unit: "%", better: -1, cell: (course, life) => {
    const days = course.days, worst = Math.max(...Array.from(course.series("eroded_fraction", life)).filter((_, k) => days[k] >= 0));
    return { text: number(100 * worst, 2), range: "", value: worst };
  } },
  { key: "crp", unit: "mg/L", better: -1, cell: at("crp", 180, as("crp")) },
  { key: "mood", unit: t("of", { n: 27 }), better: -1, cell: at("phq9", 180, as("phq9")) },
];
