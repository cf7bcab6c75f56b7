import { type CellModel, disposeModel } from "./model.ts";
import { fromOriginal } from "./original.ts";
import { initCellParams } from "./params.ts";
import { loadCellCheckpoint, saveCellCheckpoint } from "./checkpoint.ts";
import { findDataset } from "../data/fetch/mod.ts";
import { openTensors } from "../data/tensors/mod.ts";
import { type GeneVocabulary, readGeneTable, readOriginalVocabulary } from "../genes/mod.ts";
import { unitRows } from "../matrix/mod.ts";
import { loadParams } from "../nn/mod.ts";
import { basename, dataError, host, modelError, sha256, statOrNull, zeroRng } from "../runtime/mod.ts";
import { loadTypeVectors, type TypeVectors } from "../text/mod.ts";

/**
 * A cell model from a folder of ours, or from a checkpoint file of the original with its own genes (see
 * {@linkcode loadOriginal}); `text` is the checkpoint of the text encoder whose type vectors go with the latter.
 *
 * @throws {KcellfmError} tag "file", "data" or "model", when something is missing or does not fit.
 */
export async function openCellModel(
  path: string,
  { text, genes }: { text?: string; genes?: string } = {},
): Promise<CellModel> {
  if (!statOrNull(path)?.isFile) return await loadCellCheckpoint(path);
  const types = text === undefined ? undefined : loadTypeVectors(text);
  return await loadOriginal(path, { vocabulary: await originalVocabulary(genes), types });
}

/**
 * Writes a checkpoint file of the original as a folder of ours; float32 unless `dtype` says otherwise.
 *
 * @returns one line on what was written
 */
export async function convertOriginal(
  path: string,
  { out, dtype = "F32", ...sources }: { out: string; dtype?: "F16" | "F32"; text?: string; genes?: string },
): Promise<string> {
  const model = await openCellModel(path, sources);
  await saveCellCheckpoint(out, model, { made: { from: basename(path), sha256: model.hash }, dtype });
  const { config, vocabulary, classes, types } = model;
  disposeModel(model);
  return `${out}: ${config.layers} layers, width ${config.width}, ${vocabulary.symbols.length} genes, ` +
    `${classes.length} classes, ${types.ids.length || "no"} type vectors`;
}

/** The registry's names of the original's checkpoint and of what it is read with. */
export const ORIGINAL_DATASETS = {
  weights: "kcellfm_checkpoint",
  genes: "kcellfm_gene_vocab",
  table: "human_genes",
} as const;

/** Inputs for reading an original checkpoint, beside its own file. */
export interface OriginalOptions {
  readonly vocabulary: GeneVocabulary;
  /** Text vectors of the types as wide as the model; without them its cells cannot be named by text. */
  readonly types?: TypeVectors;
}

/**
 * A cell model from a checkpoint of the original (`.pth` or safetensors), at the paper's configuration. Its classes are
 * numbered: the file does not say which types they are. Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", naming every tensor that does not fit, or when vocabulary or text vectors
 * are of another size.
 */
export async function loadOriginal(path: string, options: OriginalOptions): Promise<CellModel> {
  const { sizes, tensors } = fromOriginal((await openTensors(path)).tensors, path);
  const none = { ids: [], names: [], data: new Float32Array(), rows: 0, cols: sizes.config.width };
  const { vocabulary, types = none } = options;
  requireEqual(vocabulary.symbols.length, sizes.genes, `genes of ${path} and its vocabulary`);
  requireEqual(types.cols, sizes.config.width, `width of ${path} and of the text vectors`);
  const params = initCellParams(zeroRng(), sizes);
  loadParams(params, tensors, path);
  return {
    config: sizes.config,
    params,
    vocabulary,
    informativeness: new Float32Array(sizes.genes).fill(1),
    classes: Array.from({ length: sizes.classes }, (_, i) => `class ${i}`),
    types: { ...types, ...unitRows(types) },
    temperature: TEMPERATURE,
    hash: await sha256(host.files.read(path)),
  };
}

/** No one fitted a temperature to the original: cosines are read as they are, and confidences mean little. */
const TEMPERATURE = 1;

function requireEqual(found: number, wanted: number, what: string): void {
  if (found !== wanted) throw modelError(`Cannot use the ${what}: ${wanted} and ${found} are not the same`);
}

/**
 * The original's gene vocabulary, from a file or else from the cache or the mirror, with today's names where the gene
 * table is available too.
 *
 * @throws {KcellfmError} tag "data", when it is not there.
 */
export async function originalVocabulary(file?: string): Promise<GeneVocabulary> {
  const path = file ?? await findDataset(ORIGINAL_DATASETS.genes);
  if (path === null) {
    throw dataError(
      `Cannot read the original's genes: ${ORIGINAL_DATASETS.genes} is not in data/cache; run ` +
        `deno task data fetch ${ORIGINAL_DATASETS.genes}`,
    );
  }
  const table = await findDataset(ORIGINAL_DATASETS.table);
  return readOriginalVocabulary(path, { table: table ? readGeneTable(table) : [] });
}
