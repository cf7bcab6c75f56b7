import { createRng } from "../../runtime/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import { conditionsNamed } from "./learn/changes.ts";
import { halfWidths } from "./learn/intervals.ts";
import { type PerturbationScores, scoreCells, scoreIntervals, scorePrediction } from "./scores.ts";
import type { FitPerturbation, PerturbationModel } from "./model.ts";
import type { Condition, PerturbationSet, PerturbationSplit } from "./set.ts";

/** A way of predicting, before it has seen any condition. */
export interface NamedFit {
  /** Name in tables and results files. */
  readonly name: string;
  readonly fit: FitPerturbation;
}

/** Options of a comparison. */
export interface ComparisonOptions {
  readonly splits: readonly PerturbationSplit[];
  readonly models: readonly NamedFit[];
  readonly terms: TermTable;
  readonly seed: number;
  /** The same screen with other cells, to learn from; default: the set that is scored on. */
  readonly learnFrom?: PerturbationSet;
  readonly signal?: AbortSignal;
  readonly onProgress?: (
    progress: { readonly done: number; readonly total: number; readonly note: string },
  ) => void;
}

/** A model's prediction for a test condition, with its scores. */
export interface ScoredCondition {
  readonly split: string;
  readonly model: string;
  readonly group: string;
  readonly condition: Condition;
  readonly predicted: Float32Array;
  /** Half the width of each gene's interval, of models that have some. */
  readonly halves?: Float32Array;
  readonly scores: PerturbationScores;
}

/**
 * Fits every model on every split, and scores it on the test conditions. What a model is fitted on holds none of them.
 */
export async function comparePerturbations(
  set: PerturbationSet,
  options: ComparisonOptions,
): Promise<ScoredCondition[]> {
  const { splits, models, terms, seed, learnFrom = set, signal, onProgress } = options;
  const scored: ScoredCondition[] = [];
  const total = splits.length * models.length;
  for (const [i, split] of splits.entries()) {
    const visible = withoutTest(learnFrom, split);
    for (const [j, { name, fit }] of models.entries()) {
      signal?.throwIfAborted();
      const done = i * models.length + j;
      const note = `${split.name}, ${name}`;
      const model = await fit(visible, split, {
        seed,
        terms,
        signal,
        onProgress: (own) => onProgress?.({ done: done + own.done / own.total, total, note }),
      });
      scored.push(...scoreModel(set, split, { name, model, seed, visible }));
      model.dispose?.();
      onProgress?.({ done: done + 1, total, note });
      await new Promise((resolve) => setTimeout(resolve)); // lets Ctrl-C and progress through
    }
  }
  return scored;
}

/** The set without the cells of test conditions. */
export function withoutTest(set: PerturbationSet, split: PerturbationSplit): PerturbationSet {
  const known = new Set([...split.train, ...split.validation]);
  return { ...set, conditions: set.conditions.filter(({ name }) => known.has(name)) };
}

function scoreModel(
  set: PerturbationSet,
  split: PerturbationSplit,
  { name, model, seed, visible }: {
    name: string;
    model: PerturbationModel;
    seed: number;
    visible: PerturbationSet;
  },
): ScoredCondition[] {
  const halves = model.heldOut && halfWidths(model.heldOut, visible.conditions);
  const rng = createRng(seed).split("energy distance");
  return conditionsNamed(set, split.test).map((condition) => {
    const predicted = model.predict(condition);
    return {
      split: split.name,
      model: name,
      group: split.groups[condition.name],
      condition,
      predicted,
      ...(halves && { halves }),
      scores: {
        ...scorePrediction(condition, predicted),
        ...(halves && scoreIntervals(condition, predicted, halves)),
        energy_distance: scoreCells(condition, model, rng.split(condition.name)),
      },
    };
  });
}
