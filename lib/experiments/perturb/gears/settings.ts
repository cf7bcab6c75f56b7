import type { CellModel } from "../../../cell/mod.ts";
import type { GeneFeatures } from "../describe/genes.ts";
import type { VectorsOf } from "./cell_vectors.ts";
import type { FitPerturbationOptions } from "../model.ts";

/** Kinds of base embedding of a gene, before it is perturbed. */
export const GEARS_EMBEDDINGS = ["none", "random", "kcellfm", "kcellfm+coexpression"] as const;
/**
 * "none": GEARS' own gene embedding and its co-expression graph. "kcellfm": frozen vectors of a cell model, one a control
 * cell and gene, without that graph (as the original), or with it. "random": noise of the same width, without it.
 */
export type GearsEmbeddings = typeof GEARS_EMBEDDINGS[number];

/** Training settings of GEARS. */
export interface GearsSettings {
  readonly hidden: number;
  readonly epochs: number;
  /** Epochs without a smaller validation error before stopping. */
  readonly patience: number;
  /** Pairs of cells in one forward pass, and passes in one optimiser step. */
  readonly batchSize: number;
  readonly accumulate: number;
  /** Pairs of an epoch, whatever the number of cells; Infinity for one a cell. */
  readonly pairsPerEpoch: number;
  /** Learning rate of the first epochs; it is halved every `halveAfter` epochs. */
  readonly peak: number;
  readonly halveAfter: number;
  readonly weightDecay: number;
  /** Weight of the loss's direction term. */
  readonly lambda: number;
  /** Cells that each side of a pair is the mean of. */
  readonly pool: number;
  /** The loss takes errors to the power 2 + gamma. */
  readonly gamma: 0 | 2;
  /** The direction term by sign, without gradient. */
  readonly asPublished: boolean;
  /** Learn what kriging on terms leaves over, and trust it as far as the validation conditions bear it out. */
  readonly prior: boolean;
}

/** The original's settings (ORIGINAL section 5), batches and loss included. */
export const GEARS_AS_PUBLISHED: GearsSettings = {
  hidden: 64,
  epochs: 15,
  patience: Infinity,
  batchSize: 32,
  accumulate: 5,
  pairsPerEpoch: Infinity,
  peak: 1e-3,
  halveAfter: 1,
  weightDecay: 5e-4,
  lambda: 0.1,
  pool: 1,
  gamma: 2,
  asPublished: true,
  prior: false,
};

/**
 * Ours, chosen on validation conditions of a simulated screen: the five batches of a step as one, which computes each treatment
 * once instead of five times; pairs of the means of twelve cells, whose errors are effects rather than noise; 300 steps.
 */
export const GEARS_SETTINGS: GearsSettings = {
  ...GEARS_AS_PUBLISHED,
  epochs: 20,
  patience: 8,
  batchSize: 160,
  accumulate: 1,
  pairsPerEpoch: 2400,
  peak: 3e-3,
  halveAfter: 6,
  pool: 12,
  asPublished: false,
};

/** Options of GEARS beside the set and its split. */
export interface GearsOptions extends FitPerturbationOptions, Partial<GearsSettings> {
  /** Default "none". */
  readonly embeddings?: GearsEmbeddings;
  /** The features that join perturbed genes in the graph; default their terms, as in GEARS. */
  readonly graph?: GeneFeatures;
  /** Gives "kcellfm" its vectors and "random" their width; it must live as long as predictions are made. */
  readonly cellModel?: CellModel;
  /** That model's vectors, where several fits share what is read once; default: read for this one. */
  readonly cellVectors?: VectorsOf;
}
