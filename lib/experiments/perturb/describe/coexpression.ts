import type { CellSource } from "../../../data/mod.ts";
import { type AskedValues, type DetectedValues, detectValues, toLog1p } from "../../../genes/mod.ts";
import { principalComponents } from "../../../matrix/mod.ts";
import type { Rng } from "../../../runtime/mod.ts";
import { blocksOf } from "../screen/panel.ts";
import type { GeneTable } from "./genes.ts";

/** Cells that are drawn of a study at most, and principal components that are kept of it. */
const CELLS = 1000;
const COMPONENTS = 30;
/** Genes with a value in fewer of the drawn cells say nothing. */
const LEAST_CELLS = 10;
/** Width of the vectors that all studies are joined in. */
const WIDTH = 128;

/**
 * Covariation of genes within the cell types of one study: rows of the leading principal components of genes x cells, each
 * value the log expression less its mean over the cell's type, over the gene's standard deviation (that of a typical gene at
 * least, so that rare genes do not shout); of mean squared length one.
 */
export function studyTable(
  source: CellSource,
  { types, rng, values: expect }: {
    types: readonly string[];
    rng: Rng;
    /** Form of the values; default: detected. */
    values?: AskedValues;
  },
): GeneTable {
  const rows = rng.split("cells").sample(source.nObs, Math.min(CELLS, source.nObs)).sort();
  const { values, cols } = readRows(source, rows, detectValues(source, { expect }));
  removeTypeMeans(values, { cols, types: Array.from(rows, (row) => types[row]) });
  const kept = variedGenes(values, { cols, rows: rows.length });
  const data = new Float32Array(kept.length * rows.length);
  kept.forEach(({ column, scale }, gene) => {
    for (let row = 0; row < rows.length; row++) {
      data[gene * rows.length + row] = values[row * cols + column] * scale;
    }
  });
  const table = { data, rows: kept.length, cols: rows.length };
  const parts = principalComponents(table, { components: COMPONENTS, rng: rng.split("components") });
  const squares = parts.data.reduce((sum, value) => sum + value * value, 0) / kept.length;
  return {
    genes: kept.map(({ column }) => source.varNames[column]),
    width: parts.cols,
    vectors: parts.data.map((value) => value / Math.sqrt(squares)),
  };
}

function readRows(
  source: CellSource,
  rows: Int32Array,
  detected: DetectedValues,
): { values: Float32Array; cols: number } {
  const cols = source.nVars;
  const values = new Float32Array(rows.length * cols);
  const place = new Map(Array.from(rows, (row, at) => [row, at]));
  for (const { start, block } of blocksOf(source)) {
    const { indptr, indices, data } = toLog1p(block, detected);
    for (let row = 0; row < block.rows; row++) {
      const at = place.get(start + row);
      if (at === undefined) continue;
      for (let k = indptr[row]; k < indptr[row + 1]; k++) values[at * cols + indices[k]] = data[k];
    }
  }
  return { values, cols };
}

function removeTypeMeans(
  values: Float32Array,
  { cols, types }: { cols: number; types: readonly string[] },
): void {
  const groups = Map.groupBy(types.keys(), (row) => types[row]);
  for (const rows of groups.values()) {
    const mean = new Float32Array(cols);
    for (const row of rows) {
      for (let gene = 0; gene < cols; gene++) mean[gene] += values[row * cols + gene] / rows.length;
    }
    for (const row of rows) for (let gene = 0; gene < cols; gene++) values[row * cols + gene] -= mean[gene];
  }
}

/** Genes that vary in enough cells, with what their values are multiplied by. */
function variedGenes(values: Float32Array, { cols, rows }: { cols: number; rows: number }) {
  const genes = Array.from({ length: cols }, (_, column) => {
    let [squares, cells] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const value = values[row * cols + column];
      squares += value * value;
      if (Math.abs(value) > 0.1) cells++;
    }
    return { column, cells, sd: Math.sqrt(squares / rows) };
  }).filter(({ cells, sd }) => cells >= LEAST_CELLS && sd > 1e-3);
  const typical = genes.map(({ sd }) => sd).sort((a, b) => a - b)[genes.length >> 1];
  return genes.map(({ column, sd }) => ({ column, scale: 1 / Math.max(sd, typical) }));
}

/** Joins studies: their vectors side by side, zeros where one lacks a gene, and of these the leading principal components. */
export function joinStudies(studies: readonly GeneTable[], rng: Rng): GeneTable {
  const genes = [...new Set(studies.flatMap((study) => study.genes))].sort();
  const rowOf = new Map(genes.map((gene, row) => [gene, row]));
  const cols = studies.reduce((sum, { width }) => sum + width, 0);
  const data = new Float32Array(genes.length * cols);
  let start = 0;
  for (const { genes: own, width, vectors } of studies) {
    own.forEach((gene, at) => {
      data.set(vectors.subarray(at * width, (at + 1) * width), rowOf.get(gene)! * cols + start);
    });
    start += width;
  }
  const { data: vectors, cols: width } = principalComponents({ data, rows: genes.length, cols }, {
    components: WIDTH,
    rng,
  });
  return { genes, width, vectors };
}
