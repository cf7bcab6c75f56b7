import { accuracy, macroF1 } from "../metrics/mod.ts";
import { bestOf } from "./by_text.ts";
import { type ExpertOptions, type Experts, type ExpertWeights, fitExperts, takeCells } from "./experts.ts";
import { fitNovelty, type Novelty } from "./novelty.ts";
import { forSigns, SIGNS, type Signs } from "./novelty_signs.ts";
import {
  type EmbeddedCells,
  type LabelledCells,
  readBlocks,
  readReference,
  type Reference,
} from "./reference_cells.ts";
import { withSharedNames } from "./shared_names.ts";
import type { Calls } from "./types.ts";

/** Options for naming cells by a reference. */
export interface ReferenceOptions extends ExpertOptions {
  readonly signal?: AbortSignal;
}

/** Accuracy of a reference on cells of its own that were held out. */
export interface HeldOut {
  readonly cells: number;
  readonly accuracy: number;
  readonly macro_f1: number;
  /** Weight of each expert, fitted on the held-out cells. */
  readonly weights: ExpertWeights;
  /** Nine in ten of the held-out cells are less novel than this. */
  readonly novelty90: number;
  /** Types that were left out in turn to calibrate the novelty. */
  readonly leftOut: number;
}

/**
 * Names cells by a labelled reference, by its genes, by the model's vectors and by what the model knows of its types
 * ({@linkcode fitExperts}), and says how little each resembles any of them ({@linkcode fitNovelty}). A fifth of each type is
 * held out first: everything that is chosen is chosen on those cells, never on the query.
 *
 * @throws {KcellfmError} tag "data", when the reference has fewer than two types or no gene in common with the query.
 */
export function callByReference(
  labelled: LabelledCells,
  asked: EmbeddedCells,
  options: ReferenceOptions,
): Calls & { readonly heldOut: HeldOut } {
  const [known, cells] = withSharedNames(labelled.cells, asked.cells);
  const query = { ...asked, cells };
  const reference = readReference({ ...labelled, cells: known }, cells, options);
  options.signal?.throwIfAborted();
  const experts = fitExperts(reference, options);
  options.signal?.throwIfAborted();
  const novelty = fitNovelty(reference, options);
  const { classes } = experts;
  const { probabilities, signs } = readAll(query, { reference, experts, novelty, signal: options.signal });
  const best = bestOf(probabilities, classes.length);
  return {
    types: classes.map((key) => reference.types.get(key) ?? { id: "", name: key }),
    ...best,
    probabilities,
    novelty: novelty.score(signs, Array.from(best.best, (k) => classes[k])),
    heldOut: scoreHeldOut(reference, experts, novelty),
  };
}

function readAll(
  query: EmbeddedCells,
  { reference, experts, novelty, signal }: {
    reference: Reference;
    experts: Experts;
    novelty: Novelty;
    signal?: AbortSignal;
  },
): { probabilities: Float32Array; signs: Signs } {
  const { rows } = query.embeddings;
  const probabilities = new Float32Array(rows * experts.classes.length);
  const signs = forSigns(() => new Float32Array(rows));
  let at = 0;
  for (const block of readBlocks(query, reference.columns)) {
    signal?.throwIfAborted();
    probabilities.set(experts.answer(block), at * experts.classes.length);
    const own = novelty.signs(block);
    for (const sign of SIGNS) signs[sign].set(own[sign], at);
    at += block.genes.rows;
  }
  return { probabilities, signs };
}

function scoreHeldOut(
  reference: Reference,
  { classes, weights, heldOut }: Experts,
  novelty: Novelty,
): HeldOut {
  const { keys, validation } = reference;
  const facts = { cells: validation.length, weights, leftOut: novelty.leftOut };
  if (validation.length === 0) return { ...facts, accuracy: NaN, macro_f1: NaN, novelty90: 1 };
  const truth = Array.from(validation, (row) => keys[row]);
  const called = Array.from(bestOf(heldOut, classes.length).best, (k) => classes[k]);
  const novel = novelty.score(novelty.signs(takeCells(reference, validation)), called).sort();
  return {
    ...facts,
    accuracy: accuracy(truth, called),
    macro_f1: macroF1(truth, called),
    novelty90: novel[Math.floor(0.9 * novel.length)],
  };
}
