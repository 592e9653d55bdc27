// The shapes of claims.json, validation.json and evidence.json.
export type Shape = "yes" | "partly" | "no" | "open";
export interface Statement { says: string; unit: string; shape: Shape; why: string; needed: boolean; outcome: string; share: number | null; by_variant: Record<string, number | null> }
export interface Claim { id: string; number: number; sentence: string; context: string; may_say: string; verdict: string; shape: Shape; reason: string; human: string; note: string;
  statements: Statement[]; controls: Statement[] }
export interface Claims { rule: string; claims: Claim[]; variants: Record<string, number> }
export interface Row { id: string; domain: string; what: string; at: string; unit: string; study: string; published: number; median: number | null; low: number | null; high: number | null; inside: boolean;
  verdict: string; miss: string }
export interface Validation { totals: { n: number; coverage90: number; coverage50: number; not_modelled: number }; domains: { id: string; title: string; n: number; coverage90: number }[]; rows: Row[] }
export interface Card { path: string; organ: string; note: string; status: string; grade: string; source: string[]; calibration: string; influence: { readout: string; scenario: string; mu_star: number; unit: string; share: number }[] }
export interface Cards { cards: Card[]; references: Record<string, { short: string; link: string }>; status: Record<string, string>; grade: Record<string, string> }
