import type { FitPerturbation } from "../model.ts";
import type { PerturbationSet } from "../set.ts";
import { conditionsNamed } from "./changes.ts";
import { rotations } from "./rotation.ts";

/**
 * A fit that says what its model predicts for conditions held out: one that does not is fitted again on each rotation, choosing by
 * the conditions that the next rotation holds out.
 */
export const withHeldOut = (fit: FitPerturbation): FitPerturbation => async (set, split, options) => {
  const model = await fit(set, split, options);
  if (model.heldOut) return model;
  const conditions = conditionsNamed(set, [...split.train, ...split.validation]);
  const turns = rotations(conditions, options.seed);
  const heldOut = new Map<string, Float32Array>();
  for (const [i, { train, held }] of turns.entries()) {
    const next = turns[(i + 1) % turns.length].held.filter((at) => !held.includes(at));
    const names = (places: readonly number[]) => places.map((at) => conditions[at].name);
    const own = {
      ...split,
      train: names(train.filter((at) => !next.includes(at))),
      validation: names(next),
    };
    const turned = await fit(withOnly(set, [...own.train, ...own.validation]), own, options);
    for (const at of held) {
      const { name, control } = conditions[at];
      const mean = turned.predict(conditions[at]);
      if (!heldOut.has(name)) heldOut.set(name, mean.map((value, gene) => value - control.mean[gene]));
    }
    turned.dispose?.();
  }
  return { ...model, heldOut };
};

/** The set with these conditions only. */
function withOnly(set: PerturbationSet, names: readonly string[]): PerturbationSet {
  const known = new Set(names);
  return { ...set, conditions: set.conditions.filter(({ name }) => known.has(name)) };
}
