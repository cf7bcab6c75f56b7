import {
  type CellBatch,
  centreByStudy,
  centreProfiles,
  maskValues,
  type ModelMatrix,
  profileCells,
  profileGenes,
  type TokenBatch,
  tokenizeCells,
  type TokenizerOptions,
} from "../genes/mod.ts";
import { modelError, type Rng } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";
import type { PretrainingBatch } from "./losses.ts";
import type { AsPublished } from "./published.ts";

/** Share of a cell's genes whose values are hidden in pretraining (ORIGINAL section 3). */
export const MASK_RATE = 0.15;

/** The rule by which a model reads cells: its configuration and, for informative selection, the weight of each gene. */
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
  rule: ReadingRule,
  cells: ModelMatrix,
  options: { rng?: Rng; hide?: number; drawnOrder?: boolean; measuredBy?: Measured; centre?: Float32Array } =
    {},
): TokenBatch {
  const { measuredBy = () => cells.measured ?? null } = options;
  const tokens = readSentences(rule, cells, options);
  if (!rule.config.profile) return tokens;
  const profiles = readProfiles(rule, cells, measuredBy);
  return { ...tokens, profiles: options.centre ? centreProfiles(profiles, options.centre) : profiles };
}

/** The profiles of cells as a model reads them: `[rows, genes of the profile]`; empty for a model that reads none. */
export function readProfiles(
  { config, informativeness }: ReadingRule,
  cells: ModelMatrix,
  measured: Measured = () => cells.measured ?? null,
): Float32Array {
  if (!config.profile) return new Float32Array();
  return profileCells(cells, { genes: genesOfProfile(informativeness, config.profile.genes), measured });
}

/** For each row, 1 for the genes of the vocabulary that its file has; null where it has all. */
type Measured = (row: number) => Uint8Array | null;

function readSentences(
  { config, informativeness }: ReadingRule,
  cells: ModelMatrix,
  { rng, hide = 0, drawnOrder }: { rng?: Rng; hide?: number; drawnOrder?: boolean },
): TokenBatch {
  const base: TokenizerOptions = { length: config.length, rng, hide, drawnOrder };
  if (config.selection === "all") return tokenizeCells(cells, { ...base, keepZeros: true });
  if (config.selection === "uniform") return tokenizeCells(cells, base);
  return tokenizeCells(cells, { ...base, weights: informativeness });
}

const chosen = new WeakMap<Float32Array, Int32Array>();

/** {@linkcode profileGenes}, sorted once a model: every batch asks. */
function genesOfProfile(informativeness: Float32Array, count: number): Int32Array {
  const genes = chosen.get(informativeness) ?? profileGenes(informativeness, count);
  chosen.set(informativeness, genes);
  if (genes.length === count) return genes;
  throw modelError(
    `Cannot read profiles of ${count} genes: ${genes.length} of the vocabulary tell types apart`,
  );
}

/** A batch for the pretraining losses; `asPublished` says where to do as the original did. */
export function pretrainingBatch(
  rule: ReadingRule,
  { cells, classes, studies }: CellBatch,
  { rng, hide, measured, centred, asPublished = {} }: {
    rng: Rng;
    hide: number;
    /** The genes of each study; null where they do not matter. */
    measured?: readonly Uint8Array[];
    /** Take the mean of each study's cells off their profiles. */
    centred?: boolean;
    asPublished?: Partial<AsPublished>;
  },
): PretrainingBatch {
  const { draws: drawnOrder, masking } = asPublished;
  const measuredBy = (row: number) => measured?.[studies[row]] ?? null;
  const tokens = tokenizeFor(rule, cells, { rng: rng.split("genes"), hide, drawnOrder, measuredBy });
  if (centred && tokens.profiles) centreByStudy(tokens.profiles, studies);
  const masked = maskValues(tokens, { rate: MASK_RATE, rng: rng.split("mask"), asPublished: masking });
  return { ...masked, classes, studies };
}
