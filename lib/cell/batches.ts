import type { CellBatch } from "../genes/cells.ts";
import { maskValues } from "../genes/masking.ts";
import { type TokenBatch, tokenizeCells, type TokenizerOptions } from "../genes/tokenizer.ts";
import type { CsrMatrix } from "../data/types.ts";
import { createRng, type Rng } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";
import type { PretrainingBatch } from "./losses.ts";

/** Share of a cell's genes whose values are hidden in pretraining (ORIGINAL section 3). */
export const MASK_RATE = 0.15;

/** How a model reads cells: its configuration and, for informative selection, the weight of each gene. */
export interface ReadingRule {
  readonly config: CellConfig;
  readonly informativeness: Float32Array;
}

/**
 * Tokenizes cells as a model reads them. Without `rng` the result depends on the cells alone: genes are chosen by
 * informativeness, or by a draw that is the same every time (the original's predictions change from run to run,
 * ORIGINAL section 6, defect 7). With `rng`, `hide` of each cell's genes are left out first.
 */
export function tokenizeFor(
  { config, informativeness }: ReadingRule,
  cells: CsrMatrix,
  { rng, hide = 0 }: { rng?: Rng; hide?: number } = {},
): TokenBatch {
  const base: TokenizerOptions = {
    length: config.length,
    rng: rng ?? createRng("inference"),
    hide: rng ? hide : 0,
  };
  if (config.selection === "all") return tokenizeCells(cells, { ...base, keepZeros: true });
  if (config.selection === "uniform") return tokenizeCells(cells, base);
  return tokenizeCells(cells, { ...base, weights: informativeness });
}

/** A batch for the three pretraining losses. */
export function pretrainingBatch(
  rule: ReadingRule,
  { cells, classes }: CellBatch,
  { rng, hide }: { rng: Rng; hide: number },
): PretrainingBatch {
  const tokens = tokenizeFor(rule, cells, { rng: rng.split("genes"), hide });
  return { ...maskValues(tokens, { rate: MASK_RATE, rng: rng.split("mask") }), classes };
}
