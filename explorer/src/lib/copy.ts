/** Put a text on the clipboard; says whether that went well. Where the new way is barred, as in the frame of a notebook, the old one often is not. */
export async function copied(text: string): Promise<boolean> {
  if (!framed()) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* the old way is left */ }
  }
  return byHand(text);
}

/** Whether the page is shown in a notebook: there it has no address of its own, and the clipboard may be barred, which the console would be told. */
export const framed = (): boolean => !["http:", "https:", "file:"].includes(location.protocol);

function byHand(text: string): boolean {
  const area = document.createElement("textarea"), had = document.activeElement;
  area.value = text;
  area.className = "hidden";
  area.setAttribute("aria-hidden", "true");
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (had instanceof HTMLElement) had.focus();
  return done;
}
