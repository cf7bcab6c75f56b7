import { createRng } from "../../../runtime/mod.ts";
import { drawHeld } from "../splits.ts";
import type { Example } from "./changes.ts";

/** Number of rotations of held-out conditions. */
const ROTATIONS = 5;

/** A division of conditions into those to learn from and those held out, by their places in a list. */
export interface Rotation {
  readonly train: readonly number[];
  readonly held: readonly number[];
}

/**
 * Holds conditions out in turn, as tests will: single genes in five groups; with pairs, five draws of unseen genes and pairs;
 * backgrounds one by one where only one gene is perturbed. Settings are chosen, models compared and intervals measured
 * by these validation conditions.
 *
 * @returns none, where there are too few conditions to hold any out
 */
export function rotations(conditions: readonly Example[], seed: number): Rotation[] {
  const rng = createRng(seed).split("rotation");
  const genes = [...new Set(conditions.flatMap(({ perturbed }) => perturbed))].sort();
  const contexts = [...new Set(conditions.map(({ control }) => control.context))].sort();
  const hasPairs = conditions.some(({ perturbed }) => perturbed.length > 1);
  const isHeld: ((condition: Example) => boolean)[] = genes.length === 1
    ? contexts.map((out) => ({ control }) => control.context === out)
    : hasPairs
    ? Array.from({ length: ROTATIONS }, (_, i) => drawHeld(conditions, rng.split(i)))
    : groupsOf(rng.shuffle(genes)).map((out) => ({ perturbed }) => out.has(perturbed[0]));
  return isHeld.map((held) => divide(conditions, held))
    .filter(({ train, held }) => train.length > 0 && held.length > 0);
}

const groupsOf = (genes: readonly string[]): ReadonlySet<string>[] =>
  Array.from(
    { length: Math.min(ROTATIONS, genes.length) },
    (_, group) => new Set(genes.filter((_, at) => at % ROTATIONS === group)),
  );

function divide(conditions: readonly Example[], isHeld: (condition: Example) => boolean): Rotation {
  const places = conditions.map((_, at) => at);
  return {
    train: places.filter((at) => !isHeld(conditions[at])),
    held: places.filter((at) => isHeld(conditions[at])),
  };
}
