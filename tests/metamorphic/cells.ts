import { join } from "node:path";
import type { Embedder } from "../../lib/cell/mod.ts";
import { type CellSource, openCells } from "../../lib/data/mod.ts";
import {
  detectValues,
  type GeneVocabulary,
  readLog1p,
  readModelCells,
  readVocabulary,
} from "../../lib/genes/mod.ts";
import { rowLengths, selectColumns, tableOf } from "../../lib/matrix/mod.ts";
import { loadOntology, type Ontology } from "../../lib/ontology/mod.ts";
import { checkpointsDir, createRng } from "../../lib/runtime/mod.ts";
import { simulatePair } from "../../lib/simulate/mod.ts";
import { inMirror } from "../mirror.ts";

/** One cell's counts: genes ascending. */
export interface Cell {
  readonly name: string;
  readonly columns: readonly number[];
  readonly counts: readonly number[];
}

/** The cells that are put into every form, and the model that names them. */
export interface Baseline {
  readonly real: boolean;
  readonly cells: readonly Cell[];
  /** Official symbols. */
  readonly genes: readonly string[];
  readonly vocabulary: GeneVocabulary;
  readonly embedder: Embedder;
  readonly ontology: Ontology;
}

const SIZE = { cells: 60, learned: 300, genes: 600 };
const SIMULATED = ["CL:0000624", "CL:0000625", "CL:0000236", "CL:0000576", "CL:0000623"];

/** Real cells where the mirror is there, else simulated ones; the model is learned from other cells of the same set. */
export async function baseline(): Promise<Baseline> {
  const ontology = await loadOntology(null);
  const vocabulary = await readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));
  const real = inMirror("cells/pbmc3k.h5ad");
  const isReal = real.startsWith("/");
  const source = isReal ? await openCells(real) : simulated(ontology, vocabulary);
  const rows = createRng("metamorphic").shuffle([...Array(source.nObs).keys()]);
  const columns = commonGenes(source, vocabulary);
  const genes = Array.from(columns, (column) => source.varNames[column]);
  const cells = rows.slice(0, SIZE.cells).map((row) => cellAt(source, row, columns));
  const learned = rows.slice(SIZE.cells, SIZE.cells + SIZE.learned);
  const embedder = meansModel(source, { rows: learned, columns, genes, vocabulary });
  source.close();
  return { real: isReal, cells, genes, vocabulary, embedder, ontology };
}

/** Simulated cells under the first official symbols that have an Ensembl id and an alias. */
function simulated(ontology: Ontology, { symbols, ensembl, aliases }: GeneVocabulary): CellSource {
  const options = { cells: 400, genes: SIZE.genes, types: SIMULATED, depth: 2500, rarity: 0.3 };
  const { query } = simulatePair(ontology, options, createRng(5));
  const named = symbols.filter((_, token) => ensembl[token] !== "" && aliases[token].length > 0);
  return { ...query, varNames: named.slice(0, query.nVars) };
}

/** The genes with most counts that are official symbols with an Ensembl id, ascending. */
function commonGenes(source: CellSource, { symbols, ensembl }: GeneVocabulary): Int32Array {
  const known = new Set(symbols.filter((_, token) => ensembl[token] !== ""));
  const sums = new Float64Array(source.nVars);
  const { indices, data } = source.rows(0, source.nObs);
  indices.forEach((column, i) => sums[column] += data[i]);
  const columns = Int32Array.from(sums.keys()).filter((column) => known.has(source.varNames[column]));
  return columns.sort((a, b) => sums[b] - sums[a]).slice(0, SIZE.genes).sort();
}

function cellAt(source: CellSource, row: number, columns: Int32Array): Cell {
  const { indices, data } = selectColumns(source.rows(row, row + 1), columns);
  return { name: source.obsNames[row], columns: [...indices], counts: [...data] };
}

interface Learning {
  readonly rows: readonly number[];
  readonly columns: Int32Array;
  readonly genes: readonly string[];
  readonly vocabulary: GeneVocabulary;
}

/**
 * The small model: a cell's vector holds, for each type, the inner product of how its log1p values and how the type's mean
 * differ from the mean of all cells, at the genes that the file has.
 */
function meansModel(source: CellSource, { rows, columns, genes, vocabulary }: Learning): Embedder {
  const texts = source.obs.values("cell_type").map(String);
  const ids = source.obs.values("cell_type_ontology_term_id").map(String);
  const types = [...new Set(rows.map((row) => ids[row]))].filter((id) => id.startsWith("CL:")).sort();
  const names = types.map((id) => texts[ids.indexOf(id)]);
  const values = detectValues(source);
  const profiles = rows.map((row) => ({ id: ids[row], cell: profileOf(source, { row, columns, values }) }));
  const all = meanOf(profiles.map(({ cell }) => cell));
  const directions = types.map((type) => {
    const own = meanOf(profiles.filter(({ id }) => id === type).map(({ cell }) => cell));
    return unit(own.map((value, gene) => value - all[gene]));
  });
  const tokenOf = new Map(vocabulary.symbols.map((symbol, token) => [symbol, token]));
  const geneOf = new Map(genes.map((symbol, gene) => [tokenOf.get(symbol), gene]));
  const vectors = new Float32Array(types.length ** 2);
  types.forEach((_, i) => vectors[i * types.length + i] = 1);
  return {
    preset: "means",
    hash: "0".repeat(64),
    width: types.length,
    vocabulary,
    types: { ids: types, names, ...tableOf(vectors, types.length) },
    temperature: 0.1,
    async *embed(cells) {
      const block = readModelCells(cells, 0, cells.source.nObs);
      const measured = [...new Set(cells.tokenOf)].flatMap((token) => geneOf.get(token) ?? []);
      const middle = directions.map((direction) =>
        measured.reduce((sum, gene) => sum + all[gene] * direction[gene], 0)
      );
      const out = Float32Array.from(
        { length: block.rows * types.length },
        (_, at) => -middle[at % types.length],
      );
      for (let row = 0; row < block.rows; row++) {
        for (let k = block.indptr[row]; k < block.indptr[row + 1]; k++) {
          const gene = geneOf.get(block.indices[k]);
          if (gene === undefined) continue;
          directions.forEach((direction, type) =>
            out[row * types.length + type] += block.data[k] * direction[gene]
          );
        }
      }
      yield { start: 0, ...tableOf(out, types.length), genes: rowLengths(block) };
    },
  };
}

function profileOf(
  source: CellSource,
  { row, columns, values }: { row: number; columns: Int32Array; values: ReturnType<typeof detectValues> },
): Float64Array {
  const { indices, data } = selectColumns(readLog1p(source, values, { start: row, end: row + 1 }), columns);
  const dense = new Float64Array(columns.length);
  indices.forEach((gene, i) => dense[gene] = data[i]);
  return dense;
}

const meanOf = (rows: readonly Float64Array[]): Float64Array =>
  rows[0].map((_, gene) => rows.reduce((sum, row) => sum + row[gene], 0) / rows.length);

const unit = (values: Float64Array): Float64Array => {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};
