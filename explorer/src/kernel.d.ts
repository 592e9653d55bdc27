declare module "zonula-kernel" {
  export interface Outcome { status: string; reason: string; reached: number; worst: number; steps: number; refused: number }
  export interface Health {
    state: Float64Array; setpoints: Float64Array; healthy: Float64Array; residual: Float64Array; status: Int32Array; worst: Int32Array;
    health: string[];
  }
  export interface Solved {
    first: number; readouts: string[]; times: Float64Array; values: Float64Array; states?: Float64Array; health: Health; outcomes: Outcome[];
  }
  export class Kernel {
    sizes: Record<string, number>;
    model: string;
    readonly memory: number;
    health(parameters: Float64Array): Health;
    solve(job: object, options?: { parameters?: Float64Array; armOf?: Int32Array; first?: number; count?: number; health?: Health;
                                   states?: boolean; start?: Float64Array }): Solved;
    slopes(person: { parameters: Float64Array; setpoints: Float64Array; healthy: Float64Array }, inputs: Float64Array, state: Float64Array,
           day: number): Float64Array;
  }
  export function load(source: BufferSource | WebAssembly.Module): Promise<Kernel>;
}
