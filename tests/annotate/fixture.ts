import { join } from "node:path";
import { cellPreset, disposeModel, initCellParams, saveCellCheckpoint } from "../../lib/cell/mod.ts";
import { type CellSource, writeH5ad } from "../../lib/data/mod.ts";
import { simulatePair } from "../../lib/simulate/mod.ts";
import { type ModelCells, readModelCells } from "../../lib/genes/cells.ts";
import { symbolVocabulary } from "../../lib/genes/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import type { Embedder } from "../../lib/cell/embedding/embedder.ts";
import { type CsrMatrix, rowLengths, type Table, tableOf } from "../../lib/matrix/mod.ts";

/** Types of the simulated pair: two that are close in the ontology, three that are not. */
export const TYPES = ["CL:0000624", "CL:0000625", "CL:0000236", "CL:0000576", "CL:0000084"];

/** A labelled reference and a query of the same biology, in files. */
export interface PairOnDisk {
  readonly folder: string;
  readonly reference: string;
  readonly query: string;
  readonly genes: readonly string[];
}

/** Runs `test` on a simulated pair in a temporary folder. */
export async function withPair(
  test: (pair: PairOnDisk) => Promise<void>,
  { cells = 250, genes = 400 }: { cells?: number; genes?: number } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const ontology = await loadOntology(null);
    const options = { cells, genes, types: TYPES, depth: 1500, rarity: 0.3 };
    const pair = simulatePair(ontology, options, createRng(5));
    const paths = { reference: join(folder, "reference.h5ad"), query: join(folder, "query.h5ad") };
    await save(paths.reference, pair.reference);
    await save(paths.query, pair.query);
    await test({ folder, ...paths, genes: pair.query.varNames });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes cells to an `.h5ad` with their `cell_type` and id columns; cells of the type `hide` go unlabelled. */
export async function save(
  path: string,
  source: CellSource,
  { hide }: { hide?: string } = {},
): Promise<void> {
  const types = source.obs.values("cell_type").map(String);
  const text = (name: string) =>
    source.obs.values(name).map((value, row) => types[row] === hide ? "" : String(value));
  await writeH5ad(path, {
    x: source.rows(0, source.nObs),
    obsNames: source.obsNames,
    varNames: source.varNames,
    obs: { cell_type: text("cell_type"), cell_type_ontology_term_id: text("cell_type_ontology_term_id") },
  });
}

/** Saves an untrained `nano` model that knows `genes`: enough to walk every path, not to be right. */
export async function saveNanoCheckpoint(directory: string, genes: readonly string[]): Promise<void> {
  const { vocabulary, types } = linearEmbedder(genes, { width: 32 });
  const config = cellPreset("nano");
  const params = initCellParams(createRng(3), { config, genes: genes.length, classes: TYPES.length });
  const informativeness = new Float32Array(genes.length).fill(1);
  const model = {
    config,
    params,
    vocabulary,
    informativeness,
    classes: TYPES,
    types,
    temperature: 0.1,
    hash: "",
  };
  await saveCellCheckpoint(directory, model, { made: { by: "tests/annotate/fixture.ts" } });
  disposeModel(model);
}

/**
 * A stand-in for a cell model: a fixed random projection of log1p values; it knows `types` by text, in random
 * directions.
 */
export function linearEmbedder(genes: readonly string[], { width = 24, types = TYPES } = {}): Embedder {
  const rng = createRng(11);
  const weights = Float32Array.from({ length: genes.length * width }, () => rng.normal());
  const vectors = Float32Array.from({ length: types.length * width }, () => rng.normal());
  return {
    preset: "nano",
    hash: "0".repeat(64),
    width,
    vocabulary: symbolVocabulary(genes),
    types: { ids: types, names: types.map((id) => `type ${id}`), ...tableOf(vectors, width) },
    temperature: 0.1,
    async *embed(cells: ModelCells, { signal }) {
      for (let start = 0; start < cells.source.nObs; start += 64) {
        signal?.throwIfAborted();
        const end = Math.min(start + 64, cells.source.nObs);
        const block = readModelCells(cells, start, end);
        yield { start, ...project(block, weights, width), genes: rowLengths(block) };
      }
    },
  };
}

function project(
  { rows, indptr, indices, data }: CsrMatrix,
  weights: Float32Array,
  width: number,
): Table {
  const vectors = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      for (let j = 0; j < width; j++) vectors[row * width + j] += data[i] * weights[indices[i] * width + j];
    }
  }
  return { data: vectors, rows, cols: width };
}
