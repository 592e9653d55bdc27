// All text of the page comes from one file; numbers are put in here.
import en from "../messages/en.json";

export type Key = keyof typeof en;
const messages: Record<string, string> = en;

/** A message, with {names} replaced. */
export function t(key: Key | (string & {}), values: Record<string, string | number> = {}): string {
  const text = messages[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, word: string) => (word in values ? String(values[word]) : whole));
}

/** What a clinician calls a readout. */
export function name(readout: string): string {
  return messages[`readout.${readout}`] ?? readout.replaceAll("_", " ");
}

export const levelWord = (level: number) => t(`level.${level}`);

/** "a", "a and b", "a, b and c" */
export function listed(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${t("and")} ${words[words.length - 1]}`;
}
