// Light, dark, or as the system is. Kept for this visit only: nothing is stored.

export type Theme = "system" | "light" | "dark";
let chosen: Theme = "system";
const dark = () => matchMedia("(prefers-color-scheme: dark)");

function show(): void {
  const now = chosen === "system" ? (dark().matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = now;
}

export function startTheme(): void {
  show();
  dark().addEventListener("change", show);
}

export function nextTheme(): Theme {
  chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  show();
  return chosen;
}
