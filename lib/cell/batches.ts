import {
  type CellBatch,
  maskValues,
  type TokenBatch,
  tokenizeCells,
  type TokenizerOptions,
} from "../genes/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";
import type { PretrainingBatch } from "./losses.ts";
import type { AsPublished } from "./published.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** Share of a cell's genes whose values are hidden in pretraining (ORIGINAL section 3). */
export const MASK_RATE = 0.15;

/** How a model reads cells: its configuration and, for informative selection, the weight of each gene. */
export interface ReadingRule {
  readonly config: CellConfig;
  readonly informativeness: Float32Array;
}

/**
 * Tokenizes cells as a model reads them. Without `rng` the result depends on the cells alone: where genes compete, the
 * most informative or the highest expressed are kept (the original draws, so that its predictions change from run to
 * run: ORIGINAL section 6, defect 7). With `rng`, `hide` of each cell's genes are left out first.
 */
export function tokenizeFor(
  { config, informativeness }: ReadingRule,
  cells: CsrMatrix,
  { rng, hide = 0, drawnOrder }: { rng?: Rng; hide?: number; drawnOrder?: boolean } = {},
): TokenBatch {
  const base: TokenizerOptions = { length: config.length, rng, hide, drawnOrder };
  if (config.selection === "all") return tokenizeCells(cells, { ...base, keepZeros: true });
  if (config.selection === "uniform") return tokenizeCells(cells, base);
  return tokenizeCells(cells, { ...base, weights: informativeness });
}

/** A batch for the three pretraining losses; `asPublished` says where to do as the original did. */
export function pretrainingBatch(
  rule: ReadingRule,
  { cells, classes }: CellBatch,
  { rng, hide, asPublished = {} }: { rng: Rng; hide: number; asPublished?: Partial<AsPublished> },
): PretrainingBatch {
  const { draws: drawnOrder, masking } = asPublished;
  const tokens = tokenizeFor(rule, cells, { rng: rng.split("genes"), hide, drawnOrder });
  const masked = maskValues(tokens, { rate: MASK_RATE, rng: rng.split("mask"), asPublished: masking });
  return { ...masked, classes };
}
