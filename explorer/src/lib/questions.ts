// What a worker is asked, and what it answers.
import type { Loops } from "./loops.ts";
import type { Arm, Model } from "./types.ts";

export interface Lives { arms: Arm[]; times: Float64Array; chosen: number[]; parameters: Float64Array; armOf: Int32Array }
export type Asked =
  | { kind: "start"; module: WebAssembly.Module; model: Model }
  | ({ kind: "solve" } & Lives)
  | ({ kind: "states" } & Lives) // all states, instead of readouts
  | ({ kind: "loops" } & Lives) // of the first person, at the last time
  | ({ kind: "band"; tag: number; inside?: boolean } & Lives); // bands over all people asked for with this tag, of readouts or of all states
export type Question = Asked & { id: number };

export interface Answer {
  id: number; ok: boolean; error?: string;
  values: Float64Array; finished: boolean[]; quantiles: Float64Array; count: number; loops: Loops | null;
}

/** A worker that is asked one thing after the other. */
export class Helper {
  private readonly waiting = new Map<number, { done: (a: Answer) => void; failed: (e: Error) => void }>();
  private next = 0;
  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const asked = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.ok) asked?.done(data);
      else asked?.failed(new Error(data.error));
    };
    worker.onerror = (event) => { for (const { failed } of this.waiting.values()) failed(new Error(event.message)); this.waiting.clear(); };
  }

  ask(question: Asked): Promise<Answer> {
    const id = this.next++;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ ...question, id });
    });
  }
}
