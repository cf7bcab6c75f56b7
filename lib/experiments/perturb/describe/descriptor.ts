import type { Example } from "../learn/changes.ts";
import type { PerturbationTarget } from "../set.ts";

/** Facts about a perturbation that are known before it is done, as numbers; null where nothing is known. */
export type Descriptor = (target: PerturbationTarget) => Float32Array | null;

/** A way to describe perturbations. */
export interface Description {
  /** Name in the names of models: "go" in linear_go. */
  readonly name: string;
  /** Prepares the descriptor for the conditions that are learned from. */
  prepare(lesson: Lesson): Descriptor;
  /** True if anything is known of a perturbed gene. */
  knows?(gene: string): boolean;
}

/** The data that a descriptor may use: the measured genes and the conditions that are learned from. */
export interface Lesson {
  readonly genes: readonly string[];
  readonly conditions: readonly Example[];
}

/** Says nothing: for models that need no description. */
export const NOTHING: Description = { name: "", prepare: () => () => new Float32Array(0) };

/** Sums over the perturbed genes that are known; null when none is. */
export function sumOf(describe: (gene: string) => Float32Array | null): Descriptor {
  const kept = new Map<string, Float32Array | null>();
  const known = (gene: string) => {
    if (!kept.has(gene)) kept.set(gene, describe(gene));
    return kept.get(gene) ?? [];
  };
  return ({ perturbed }) => {
    const rows = perturbed.flatMap((gene) => known(gene));
    return rows.length === 0 ? null : rows.reduce((sum, own) => sum.map((value, k) => value + own[k]));
  };
}
