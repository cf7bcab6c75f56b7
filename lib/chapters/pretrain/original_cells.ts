import { disposeModel, embedMatrix, mapCells, openCellModel, ORIGINAL_DATASETS } from "../../cell/mod.ts";
import {
  detectValues,
  type GeneVocabulary,
  type LabelledCells,
  matchGenes,
  orderedBatches,
} from "../../genes/mod.ts";
import { findDataset } from "../../data/fetch/mod.ts";
import { type Figure, scatterMap } from "../../figures/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import type { Study } from "../../experiments/pretrain/mod.ts";
import { stackTables } from "../../matrix/mod.ts";

/** The original's weights in the cache or the mirror; null when they are not there. Never asks the network. */
export const findOriginalWeights = (): Promise<string | null> => findDataset(ORIGINAL_DATASETS.weights);

/** Message if {@linkcode findOriginalWeights} finds nothing. */
export const NO_ORIGINAL_WEIGHTS = "The original's weights are not at hand (171 MB). With a network, " +
  "`deno task data fetch kcellfm-original` brings them; then run this notebook again.";

/** The cells to map, and the names of their types. */
export interface OriginalMapOptions {
  readonly seed: number;
  /** Cells at most; the model is large, and a laptop reads about one a second. Default 200. */
  readonly cells?: number;
  /** The name of a type by its Cell Ontology id. */
  readonly typeName: (id: string) => string;
  /** The original's gene vocabulary; default: where {@linkcode findOriginalWeights} looks too. */
  readonly genes?: string;
}

/**
 * A map of a study's cells by the embeddings of the original's weights, which were never tuned on them.
 *
 * @throws {KcellfmError} when the weights do not fit, or too few of the study's genes are known.
 */
export async function mapByOriginal(
  weights: string,
  study: Study,
  { seed, typeName, genes, cells = 200 }: OriginalMapOptions,
): Promise<Figure> {
  const model = await openCellModel(weights, { genes });
  try {
    const rows = createRng(seed).split("original").sample(
      study.source.nObs,
      Math.min(cells, study.source.nObs),
    ).sort();
    const parts = [...orderedBatches([readable(study, rows, model.vocabulary)], rows.length)];
    const embeddings = parts.map((batch) => embedMatrix(model, batch.cells));
    const map = mapCells(stackTables(embeddings), { seed });
    const label = Array.from(map.rows, (at) => nameOf(study.types[rows[at]], typeName));
    return scatterMap({
      ...map,
      label,
      title: `${rows.length} cells of ${study.name}, by the original's weights`,
    });
  } finally {
    disposeModel(model);
  }
}

const readable = ({ source }: Study, rows: Int32Array, vocabulary: GeneVocabulary): LabelledCells => ({
  source,
  rows,
  values: detectValues(source),
  tokenOf: matchGenes(source, vocabulary).tokenOf,
  genes: vocabulary.symbols.length,
  classes: new Int32Array(source.nObs).fill(-1),
});

const nameOf = (id: string | null, typeName: (id: string) => string) =>
  id === null ? "unlabelled" : typeName(id);
