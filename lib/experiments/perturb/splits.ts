import { createRng, dataError, type Rng, usageError } from "../../runtime/mod.ts";
import type { Condition, PerturbationSet, PerturbationSplit } from "./set.ts";

/** Ways to part conditions. */
export const SPLIT_RULES = ["simulation", "leave-genes-out", "leave-type-out"] as const;
export type PerturbationSplitRule = typeof SPLIT_RULES[number];

/** Number and seed of the splits. */
export interface SplitOptions {
  readonly seed: number;
  /** Draws of `simulation` (default 1) or folds of `leave-genes-out` (default 5); all backgrounds are left out in turn. */
  readonly repeats?: number;
}

/** The fields of a set that splitting uses; none of the measurements. */
export type Splittable = Pick<PerturbationSet, "name" | "perturbable"> & {
  readonly conditions: readonly Pick<Condition, "name" | "perturbed" | "control">[];
};

type Named = Pick<Condition, "name" | "perturbed" | "control">;

/** The share of perturbed genes, and of pairs of two seen genes, that are learned from: GEARS' 75 %; of these, 90 % are not held back to choose by. */
const SEEN = 0.75;
const KEPT = 0.9;

/**
 * Parts the conditions of a set.
 *
 * - simulation (GEARS): three quarters of the perturbed genes are seen. Tested on singles of unseen genes, on pairs with
 *   0 or 1 seen gene, and on a quarter of the pairs of two. Validation conditions are split off the rest likewise (90 %).
 * - leave-genes-out: perturbed genes in folds; all conditions that perturb a gene of the fold are tested on.
 * - leave-type-out: all conditions of one background are tested on, those of the next one chosen by.
 *
 * @throws {KcellfmError} tag "usage", when the set has too few genes or backgrounds for the rule.
 */
export function splitConditions(
  set: Splittable,
  rule: PerturbationSplitRule,
  options: SplitOptions,
): PerturbationSplit[] {
  const rng = createRng(options.seed).split(`split/${rule}`);
  if (rule === "leave-type-out") return leaveTypesOut(set, rng);
  const { repeats = rule === "simulation" ? 1 : 5 } = options;
  const least = rule === "simulation" ? 4 : repeats;
  if (set.perturbable.length < least || repeats < 1) {
    throw usageError(
      `Cannot split ${set.name} by ${rule} into ${repeats}: it perturbs ${set.perturbable.length} genes, ` +
        `at least ${least} are needed`,
    );
  }
  return rule === "simulation"
    ? Array.from({ length: repeats }, (_, i) => simulation(set, `simulation ${i + 1}`, rng.split(i)))
    : leaveGenesOut(set, repeats, rng);
}

function simulation(set: Splittable, name: string, rng: Rng): PerturbationSplit {
  const outer = partSeen(set.conditions, SEEN, rng.split("test"));
  const inner = partSeen(outer.seen, KEPT, rng.split("validation"));
  return splitOf(set, {
    name,
    train: inner.seen,
    validation: inner.held.map(({ condition }) => condition),
    held: outer.held,
  });
}

interface Held {
  readonly condition: Named;
  readonly group: string;
}

/** Parts conditions into those of seen genes only and the others, with some of the seen pairs among these. */
function partSeen(conditions: readonly Named[], share: number, rng: Rng): { seen: Named[]; held: Held[] } {
  const genes = [...new Set(conditions.flatMap(({ perturbed }) => perturbed))].sort();
  const count = Math.min(genes.length - 1, Math.round(share * genes.length));
  const seenGenes = new Set(Array.from(rng.split("genes").sample(genes.length, count), (at) => genes[at]));
  const groupOf = (condition: Named) => groupName(condition, seenGenes);
  const full = conditions.filter((condition) =>
    condition.perturbed.length > 1 && groupOf(condition) === "combo_seen2"
  );
  const kept = Math.round(share * full.length);
  const learned = new Set(Array.from(rng.split("pairs").sample(full.length, kept), (at) => full[at]));
  const isSeen = (condition: Named) =>
    condition.perturbed.length > 1 ? learned.has(condition) : seenGenes.has(condition.perturbed[0]);
  return {
    seen: conditions.filter(isSeen),
    held: conditions.filter((condition) => !isSeen(condition)).map((condition) => ({
      condition,
      group: groupOf(condition),
    })),
  };
}

/** The share of genes, and of pairs, that {@linkcode drawHeld} keeps. */
const SHOWN = 0.8;

/** True if a condition is held back by one draw of unseen genes and unseen pairs, as `simulation` draws them. */
export function drawHeld(
  conditions: readonly Named[],
  rng: Rng,
): (condition: { readonly name: string }) => boolean {
  const held = new Set(partSeen(conditions, SHOWN, rng).held.map(({ condition }) => condition.name));
  return ({ name }) => held.has(name);
}

/** The groups of GEARS: unseen_single, combo_seen0, combo_seen1, combo_seen2; seen_single for a single of a seen gene. */
function groupName({ perturbed }: Named, seen: ReadonlySet<string>): string {
  const known = perturbed.filter((gene) => seen.has(gene)).length;
  if (perturbed.length === 1) return known === 1 ? "seen_single" : "unseen_single";
  return `combo_seen${known}`;
}

function leaveGenesOut(set: Splittable, folds: number, rng: Rng): PerturbationSplit[] {
  const genes = rng.split("genes").shuffle([...set.perturbable]);
  return Array.from({ length: folds }, (_, fold) => {
    const out = new Set(genes.filter((_, at) => at % folds === fold));
    const isOut = ({ perturbed }: Named) => perturbed.some((gene) => out.has(gene));
    const rest = set.conditions.filter((condition) => !isOut(condition));
    const seen = new Set(genes.filter((gene) => !out.has(gene)));
    const held = set.conditions.filter(isOut).map((condition) => ({
      condition,
      group: groupName(condition, seen),
    }));
    const chosen = rng.split(`validation/${fold}`).sample(
      rest.length,
      Math.max(1, Math.round(0.15 * rest.length)),
    );
    const validation = Array.from(chosen, (at) => rest[at]);
    const train = rest.filter((condition) => !validation.includes(condition));
    return splitOf(set, { name: `leave-genes-out ${fold + 1} of ${folds}`, train, validation, held });
  });
}

function leaveTypesOut(set: Splittable, rng: Rng): PerturbationSplit[] {
  const contexts = rng.shuffle([...new Set(set.conditions.map(({ control }) => control.context))].sort());
  if (contexts.length < 3) {
    throw usageError(
      `Cannot split ${set.name} by leave-type-out: it has ${contexts.length} backgrounds, at least three are needed ` +
        `(--context-key names their column)`,
    );
  }
  return contexts.map((out, i) => {
    const next = contexts[(i + 1) % contexts.length];
    const of = (context: string) => set.conditions.filter(({ control }) => control.context === context);
    const train = set.conditions.filter(({ control }) => control.context !== out && control.context !== next);
    const held = of(out).map((condition) => ({ condition, group: out }));
    return splitOf(set, { name: `leave-type-out ${out}`, train, validation: of(next), held });
  });
}

function splitOf(
  set: Splittable,
  { name, train, validation, held }: {
    name: string;
    train: readonly Named[];
    validation: readonly Named[];
    held: readonly Held[];
  },
): PerturbationSplit {
  if (train.length === 0 || validation.length === 0 || held.length === 0) {
    throw dataError(
      `Cannot split ${set.name} (${name}): ${train.length} conditions to learn from, ${validation.length} to choose by ` +
        `and ${held.length} to test, each needs at least one`,
    );
  }
  return {
    set: set.name,
    name,
    train: train.map((condition) => condition.name),
    validation: validation.map((condition) => condition.name),
    test: held.map(({ condition }) => condition.name),
    groups: Object.fromEntries(held.map(({ condition, group }) => [condition.name, group])),
  };
}
