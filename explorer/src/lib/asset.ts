// Files beside the page; in a single file they are inside of it.

function inside(name: string): string | null {
  return document.getElementById(`zonula:${name}`)?.textContent ?? null;
}

export async function json<T>(name: string): Promise<T> {
  const text = inside(name);
  if (text !== null) return JSON.parse(text) as T;
  return (await fetched(name)).json() as Promise<T>;
}

export async function bytes(name: string): Promise<ArrayBuffer> {
  const text = inside(name);
  if (text === null) return (await fetched(name)).arrayBuffer();
  const raw = atob(text.replace(/\s+/g, ""));
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out.buffer;
}

async function fetched(name: string): Promise<Response> {
  const answer = await fetch(`./${name}`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return answer;
}

const kept = new Map<string, Promise<unknown>>();

/** The same, fetched once: for what a screen needs when it opens. */
export function lazily<T>(name: string): Promise<T> {
  if (!kept.has(name)) kept.set(name, json<T>(name));
  return kept.get(name) as Promise<T>;
}
