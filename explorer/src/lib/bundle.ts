import { bytes, json } from "./asset.ts";
import type { Bundle, Model, Person, Sliders, Treatments } from "./types.ts";

export function assembled(model: Model, people: Person[], treatments: Treatments, sliders: Sliders): Bundle {
  const places = (names: string[]) => new Map(names.map((name, k) => [name, k] as const));
  return { model, people, treatments, sliders,
           place: { readout: places(model.readouts.map((r) => r.name)), parameter: places(model.parameters.path),
                    road: places(model.roads.map((r) => r.name)) } };
}

/** What the page needs before its first picture. */
export async function loadBundle(): Promise<{ bundle: Bundle; kernel: ArrayBuffer }> {
  const [model, people, treatments, sliders, kernel] = await Promise.all([
    json<Model>("model.json"), json<Person[]>("people.json"), json<Treatments>("treatments.json"), json<Sliders>("sliders.json"), bytes("zn.wasm")]);
  return { bundle: assembled(model, people, treatments, sliders), kernel };
}

export async function loadDraws(): Promise<Float32Array> {
  return new Float32Array(await bytes("draws.bin"));
}
