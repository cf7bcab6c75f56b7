import { fitLinearPath, type LinearPath, multiplyPaths, weighPaths } from "../baselines/mod.ts";
import { type TextKnowledge, textProbabilities } from "./text_expert.ts";
import { type Table, takeRows } from "../matrix/mod.ts";

/** Cells in the two forms that a reference is learned in, row by row. */
export interface CellTables {
  /** log1p values of genes, each cell of length one. */
  readonly genes: Table;
  /** The model's vectors, each of length one. */
  readonly vectors: Table;
}

/** Labelled cells, some of which settings are chosen by. */
export interface LearningCells extends CellTables {
  readonly keys: readonly string[];
  /** Rows that are held out, ascending. */
  readonly validation: Int32Array;
}

/** Weights of the experts that name a cell. */
export interface ExpertWeights {
  /** A linear map of the model's vectors. */
  readonly encoder: number;
  /** A linear map of genes by what they say of the types: few genes decide. */
  readonly markers: number;
  /** A linear map of genes scaled to unit variance: many genes decide, and a few that changed do no harm. */
  readonly genes: number;
  /** The ontology text of the types. */
  readonly text: number;
}

/**
 * Trust without evidence. Held-out cells come from the reference, so that they cannot tell how much carries over to
 * another file: they move these weights, they do not set them.
 */
const PRIOR: ExpertWeights = { encoder: 0.1, markers: 0.3, genes: 0.7, text: 0.1 };
/** Inverse penalties for vectors of length one. */
const VECTOR_STRENGTHS = [1, 10, 100];

/** Options for fitting the experts. */
export interface ExpertOptions {
  readonly seed: number;
  readonly text: TextKnowledge;
  /** The model was trained on the reference: its answers for the held-out cells are then no evidence, and the prior stays. */
  readonly modelHasSeen?: boolean;
}

/** Names cells among the types of a reference. */
export interface Experts {
  /** Keys of the types, in the order of the probabilities. */
  readonly classes: readonly string[];
  readonly weights: ExpertWeights;
  /** Calibrated probabilities, `[cells, classes]`. */
  answer(cells: CellTables): Float32Array;
  /** The experts' probabilities for the held-out cells, before the experts learned from those cells, `[held-out, classes]`. */
  readonly heldOut: Float32Array;
}

/**
 * Fits a product of experts to a reference: p(type) ~ prod_e p_e(type)^w_e, with the weights of the highest likelihood on
 * held-out cells, near their prior. The weights calibrate the answer too: experts that agree out of one habit are
 * trusted less together.
 */
export function fitExperts(cells: LearningCells, { seed, text, modelHasSeen }: ExpertOptions): Experts {
  const { genes, vectors, keys, validation } = cells;
  const learn = (table: Table) => ({ table, labels: keys, validation });
  const paths = {
    encoder: fitLinearPath(learn(vectors), { seed, scale: "none", strengths: VECTOR_STRENGTHS }),
    markers: fitLinearPath(learn(genes), { seed }),
    genes: fitLinearPath(learn(genes), { seed, scale: "variance" }),
  };
  const { classes } = paths.encoder.final;
  const ask = (which: keyof Pick<LinearPath, "trained" | "final">, tables: CellTables) => ({
    encoder: paths.encoder[which].predict(tables.vectors).probabilities,
    markers: paths.markers[which].predict(tables.genes).probabilities,
    genes: paths.genes[which].predict(tables.genes).probabilities,
    text: textProbabilities(tables.vectors, classes, text),
  });
  const held = ask("trained", takeCells(cells, validation));
  const codeOf = new Map(classes.map((key, code) => [key, code]));
  const truth = validation.map((row) => codeOf.get(keys[row]) ?? 0);
  const weights = modelHasSeen ? PRIOR : weighPaths(held, truth, { ...PRIOR });
  const answer = (answers: typeof held) => multiplyPaths(answers, weights, { classes: classes.length });
  return { classes, weights, answer: (tables) => answer(ask("final", tables)), heldOut: answer(held) };
}

/** The given rows of both tables. */
export const takeCells = ({ genes, vectors }: CellTables, rows: ArrayLike<number>): CellTables => ({
  genes: takeRows(genes, rows),
  vectors: takeRows(vectors, rows),
});

/** Cells of some types only. */
export function withoutTypes(cells: LearningCells, without: ReadonlySet<string>): LearningCells {
  const rows = [...cells.keys.keys()].filter((row) => !without.has(cells.keys[row]));
  const held = new Set(cells.validation);
  return {
    ...takeCells(cells, rows),
    keys: rows.map((row) => cells.keys[row]),
    validation: Int32Array.from(rows.keys().filter((i) => held.has(rows[i]))),
  };
}
